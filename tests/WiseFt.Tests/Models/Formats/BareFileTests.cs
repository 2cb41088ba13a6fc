using WiseFt.Files;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Weights without a configuration, in every naming; and files that have one beside them.</summary>
public sealed class BareFileTests
{
    [Theory]
    [InlineData("module.", "")]
    [InlineData("model.", "")]
    [InlineData("image_encoder.model.", "")]
    [InlineData("", "text.")]
    [InlineData("module.", "text.")]
    public void Load_OpenAIsNamesBehindPrefixes_EqualsTheReference(string prefix, string textPrefix)
    {
        using TemporaryFolder folder = Renamed("openai-safetensors", name => prefix + (IsText(name) ? textPrefix : "") + name);
        using var golden = new GoldenModel("openai-safetensors");
        using ClipModel clip = ClipModel.Load(folder.At("model.safetensors"));
        golden.Measure(clip).ShouldBeWithinTolerance();
    }

    [Fact]
    public void Load_HuggingFacesNamesAlone_EqualsTheReference()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Fixtures.Path("models/hf-quickgelu/model.safetensors"), folder.At("my-clip.safetensors"));
        using var golden = new GoldenModel("hf-quickgelu");
        using ClipModel clip = ClipModel.Load(folder.At("my-clip.safetensors"));
        golden.Measure(clip).ShouldBeWithinTolerance();
        ModelInfo info = ModelInfo.Read(folder.At("my-clip.safetensors"));
        info.Layout.Should().Be("safetensors file, Hugging Face's names");
        info.ActivationSource.Should().StartWith("assumed");
    }

    [Fact]
    public void Load_GeluModelAlone_TakesTheActivationFromTheCaller()
    {
        using TemporaryFolder folder = Renamed("open-clip", name => name, "open_clip_model.safetensors");
        using var golden = new GoldenModel("open-clip");
        using ClipModel assumed = ClipModel.Load(folder.Path), told = ClipModel.Load(folder.Path, activation: Activation.Gelu);
        golden.Measure(told).ShouldBeWithinTolerance();
        golden.Measure(assumed).ImageFeatures
            .Should().BeGreaterThan(GoldenModel.FeatureTolerance, "a file of weights alone does not tell its activation");
    }

    [Theory]
    [InlineData("hf-gelu-sharded", "model.safetensors.index.json")]
    [InlineData("hf-bin", "pytorch_model.bin")]
    [InlineData("open-clip", "open_clip_model.safetensors")]
    public void Load_FileInAModelsFolder_UsesTheFoldersConfiguration(string name, string file)
    {
        using var golden = new GoldenModel(name);
        using ClipModel clip = ClipModel.Load(Path.Combine(golden.Folder, file));
        golden.Measure(clip).ShouldBeWithinTolerance();
    }

    [Fact]
    public void Load_CountersMissing_AreZero()
    {
        using var folder = new TemporaryFolder();
        using (ClipModel model = ClipModel.Load(Fixtures.Path("models/openai-resnet")))
            model.Save(folder.At("whole"), CheckpointLayout.OpenAI);
        using (NewDisposeScope())
        using (SafetensorsFile whole = SafetensorsFile.Open(folder.At("whole/model.safetensors")))
            SafetensorsFile.Write(
                folder.At("model.safetensors"), whole.Tensors.Keys.Where(k => !k.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                    .ToDictionary(k => k, whole.Read));
        using var golden = new GoldenModel("openai-resnet");
        using ClipModel clip = ClipModel.Load(folder.At("model.safetensors"));
        golden.Measure(clip).ShouldBeWithinTolerance();
        using Tensor counter = clip.ImageEncoder.Weights["visual.bn1.num_batches_tracked"].clone();
        (counter.dtype, counter.item<long>()).Should().Be((ScalarType.Int64, 0));
    }

    [Fact]
    public void Load_ImageEncoderThatTrainingLeft_SaysWhatItLacks()
    {
        using var folder = new TemporaryFolder();
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        using ImageClassifier classifier = ZeroShotHead.Build(clip, ["tench", "shark"], PromptTemplates.Simple);
        SafetensorsFile.Write(folder.At("finetuned.safetensors"), classifier.Weights);
        FluentActions.Invoking(() => ClipModel.Load(folder.At("finetuned.safetensors"))).Should().Throw<CheckpointException>()
            .WithMessage(
                "*finetuned.safetensors*OpenAI's names after 'image_encoder.model.'*image encoder without its " +
                "text encoder*wiseft convert*");
    }

    [Fact]
    public void Load_VocabularyPath_IsUsedInsteadOfTheFolders()
    {
        using var folder = new TemporaryFolder();
        using (ClipModel model = ClipModel.Load(Fixtures.Data("starter-clip"))) model.Save(folder.At("written"), CheckpointLayout.OpenAI);
        File.Delete(folder.At("written/vocab.json"));
        File.Delete(folder.At("written/merges.txt"));
        string path = folder.At("written/model.safetensors");
        FluentActions.Invoking(() => ClipModel.Load(path))
            .Should().Throw<CheckpointException>().WithMessage("*6514 rows and OpenAI's built-in vocabulary has 49408 tokens*");
        using ClipModel clip = ClipModel.Load(path, vocabularyPath: Fixtures.Data("starter-clip"));
        clip.Tokenizer.VocabularySize.Should().Be(6514);
    }

    [Fact]
    public void Load_TensorsOfSomethingElse_ShowsTheirNames()
    {
        using var folder = new TemporaryFolder();
        using Tensor weight = zeros(2, 3);
        SafetensorsFile.Write(folder.At("model.safetensors"), new Dictionary<string, Tensor> { ["bert.embeddings.weight"] = weight });
        FluentActions.Invoking(() => ClipModel.Load(folder.Path))
            .Should().Throw<CheckpointException>().WithMessage("*first: bert.embeddings.weight*visual.conv1.weight*");
    }

    private static bool IsText(string name) => !name.StartsWith("visual.", StringComparison.Ordinal) && name != "logit_scale";

    private static TemporaryFolder Renamed(string fixture, Func<string, string> rename, string file = "model.safetensors")
    {
        var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using SafetensorsFile source = SafetensorsFile.Open(Fixtures.Path($"models/{fixture}/{file}"));
        SafetensorsFile.Write(folder.At("model.safetensors"), source.Tensors.Keys.ToDictionary(rename, source.Read));
        return folder;
    }
}
