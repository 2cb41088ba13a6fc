using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ClipFormatsTests
{
    private static readonly ScalarType[] _precisions = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16];

    /// <summary>Every fixture in every layout that can hold it, in every precision.</summary>
    public static TheoryData<string, CheckpointLayout, ScalarType> Writable
    {
        get
        {
            (string Model, CheckpointLayout Layout)[] models =
            [
                ("hf-quickgelu", CheckpointLayout.HuggingFace), ("hf-quickgelu", CheckpointLayout.OpenClip),
                ("hf-quickgelu", CheckpointLayout.OpenAI),
                ("hf-gelu-sharded", CheckpointLayout.HuggingFace), ("hf-gelu-sharded", CheckpointLayout.OpenClip),
                ("openai-resnet", CheckpointLayout.OpenClip), ("openai-resnet", CheckpointLayout.OpenAI),
            ];
            var data = new TheoryData<string, CheckpointLayout, ScalarType>();
            foreach (var (model, layout) in models)
                foreach (ScalarType precision in _precisions) data.Add(model, layout, precision);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Writable))]
    public void Save_ThenLoad_GivesTheSameModelBitForBit(string name, CheckpointLayout layout, ScalarType precision)
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/" + name));
        model.Save(folder.At("written"), layout, precision);
        using ClipModel read = ClipModel.Load(folder.At("written"));
        read.Config.Should().Be(model.Config with { Text = model.Config.Text with { EndToken = read.Config.Text.EndToken } });
        read.Preprocessor.Should().Be(model.Preprocessor);
        RequireSame(model, read, precision);
        Directory.GetFileSystemEntries(folder.Path).Should().ContainSingle("nothing temporary is left");
    }

    [Theory]
    [InlineData("hf-quickgelu", CheckpointLayout.HuggingFace)]
    [InlineData("hf-gelu-sharded", CheckpointLayout.HuggingFace)]
    [InlineData("hf-gelu-sharded", CheckpointLayout.OpenClip)]
    [InlineData("openai-resnet", CheckpointLayout.OpenClip)]
    [InlineData("openai-resnet", CheckpointLayout.OpenAI)]
    public void Save_ThenLoad_StillEqualsTheReference(string name, CheckpointLayout layout)
    {
        using var folder = new TemporaryFolder();
        using var golden = new GoldenModel(name);
        // exact for these fixtures
        using (ClipModel model = ClipModel.Load(golden.Folder)) model.Save(folder.At("written"), layout, ScalarType.Float16);
        using ClipModel read = ClipModel.Load(folder.At("written"));
        golden.Measure(read).ShouldBeWithinTolerance();
    }

    [Theory]
    [InlineData("hf-quickgelu", CheckpointLayout.HuggingFace, "hf-quickgelu/model.safetensors", "model.safetensors")]
    [InlineData("open-clip", CheckpointLayout.OpenClip, "open-clip/open_clip_model.safetensors", "open_clip_model.safetensors")]
    [InlineData("openai-vit", CheckpointLayout.OpenAI, "openai-safetensors/model.safetensors", "model.safetensors")]
    public void Save_HasTheVeryTensorsOfAFileThatTheLibraryItselfWrote(string name, CheckpointLayout layout, string library, string written)
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/" + name));
        model.Save(folder.At("written"), layout, ScalarType.Float16);
        using SafetensorsFile expected = SafetensorsFile.Open(Fixtures.Path("models/" + library)),
            actual = SafetensorsFile.Open(folder.At("written/" + written));
        actual.Tensors.Values.Select(t => t.ToString())
            .Should().BeEquivalentTo(expected.Tensors.Values.Select(t => t.ToString()), "so strict loading succeeds");
        actual.Metadata.Should().Contain("format", "pt");
        foreach (string tensor in expected.Tensors.Keys)
        {
            using Tensor a = actual.Read(tensor), e = expected.Read(tensor);
            a.bytes.SequenceEqual(e.bytes).Should().BeTrue(tensor);
        }
    }

    [Theory]
    [InlineData(CheckpointLayout.HuggingFace)]
    [InlineData(CheckpointLayout.OpenClip)]
    [InlineData(CheckpointLayout.OpenAI)]
    public void Save_VocabularyOfItsOwn_ComesBack(CheckpointLayout layout)
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Data("starter-clip"));
        model.Save(folder.At("written"), layout);
        using ClipModel read = ClipModel.Load(folder.At("written"));
        string[] texts = ["a photo of a tench.", "naïve café 🙂", "x y z 12"];
        foreach (string text in texts) read.Tokenizer.EncodeIds(text).Should().Equal(model.Tokenizer.EncodeIds(text));
        BytePairVocabulary actual = ((ClipTokenizer)read.Tokenizer).Vocabulary, expected = ((ClipTokenizer)model.Tokenizer).Vocabulary;
        actual.Tokens.Should().Equal(expected.Tokens);
        actual.Merges.Should().Equal(expected.Merges);
        RequireSame(model, read, ScalarType.Float32);
    }

    [Fact]
    public void Save_ForTransformers_HasAllItsFiles()
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/open-clip-bin"));
        model.Save(folder.At("written"), CheckpointLayout.HuggingFace);
        Directory.GetFiles(folder.At("written")).Select(Path.GetFileName).Should().BeEquivalentTo(
            "config.json", "model.safetensors", "vocab.json", "merges.txt", "preprocessor_config.json", "tokenizer_config.json",
            "special_tokens_map.json");
    }

    [Fact]
    public void Save_ModifiedResNetForTransformers_SaysWhyItCannot()
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/openai-resnet"));
        model.Invoking(m => m.Save(folder.At("written"), CheckpointLayout.HuggingFace))
            .Should().Throw<ArgumentException>().WithMessage("*HuggingFace*no ModifiedResNet*another layout*");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Save_GeluAsOpenAI_SaysThatTheActivationWouldBeLost()
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/open-clip"));
        model.Invoking(m => m.Save(folder.At("written"), CheckpointLayout.OpenAI))
            .Should().Throw<ArgumentException>().WithMessage("*quick_gelu*");
    }

    [Fact]
    public void Save_ToAFolderThatHoldsSomething_TouchesNothing()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine.txt", "mine");
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        model.Invoking(m => m.Save(folder.Path, CheckpointLayout.HuggingFace))
            .Should().Throw<ArgumentException>().WithMessage("*holds something already*");
        Directory.GetFileSystemEntries(folder.Path).Should().ContainSingle().Which.Should().EndWith("mine.txt");
    }

    [Fact]
    public void Save_ToAnEmptyFolder_FillsIt()
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        model.Save(folder.Path + Path.DirectorySeparatorChar, CheckpointLayout.OpenAI);
        File.Exists(folder.At("model.safetensors")).Should().BeTrue();
    }

    [Fact]
    public void Save_NumbersThatThePrecisionCannotHold_LeavesNothingBehind()
    {
        using var folder = new TemporaryFolder();
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        using (no_grad()) model.ImageEncoder.Weights["visual.proj"].fill_(1e6f);
        model.Invoking(m => m.Save(folder.At("written"), CheckpointLayout.OpenClip, ScalarType.Float16))
            .Should().Throw<ArgumentException>().WithMessage("*visual.proj*Float16 cannot hold*");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
        model.Save(folder.At("written"), CheckpointLayout.OpenClip, ScalarType.BFloat16);
    }

    [Fact]
    public void Save_InIntegers_IsRefused()
    {
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        model.Invoking(m => m.Save("unused", CheckpointLayout.OpenClip, ScalarType.Int8))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Int8*Float32, Float16, BFloat16*");
    }

    [Theory]
    [InlineData("hf-quickgelu")]
    [InlineData("openai-resnet")]
    public void WithVisualWeights_OfAMixture_IsTheMixtureWithTheSameTexts(string name)
    {
        using ClipModel model = ClipModel.Load(Fixtures.Path("models/" + name));
        using Weights zeroShot = Visual(model), doubled = zeroShot.Clone();
        using (no_grad())
            foreach (Tensor tensor in doubled.Values) tensor.mul_(2);
        using Weights mixture = WeightSpace.Interpolate(zeroShot, doubled, 0.5);
        using ClipModel mixed = model.WithVisualWeights(mixture);
        foreach (var (tensorName, tensor) in mixed.ImageEncoder.Weights)
        {
            using Tensor wanted = mixture["image_encoder.model." + tensorName];
            WeightSpace.AreEqual(tensor, wanted).Should().BeTrue(tensorName);
        }
        using Tensor ids = model.Tokenizer.Encode(["a diagram"]), before = model.EncodeText(ids), after = mixed.EncodeText(ids);
        WeightSpace.AreEqual(before, after).Should().BeTrue();
        mixed.LogitScale.Should().Be(model.LogitScale);
    }

    [Fact]
    public void WithVisualWeights_OfAnotherArchitecture_NamesTheDifference()
    {
        using ClipModel vit = ClipModel.Load(Fixtures.Path("models/hf-quickgelu")),
        resNet = ClipModel.Load(Fixtures.Path("models/openai-resnet"));
        using Weights weights = Visual(resNet);
        vit.Invoking(v => v.WithVisualWeights(weights))
            .Should().Throw<WeightMismatchException>()
            .WithMessage("*missing (first: image_encoder.model.visual.*unknown to it (first: image_encoder.model.visual.*");
    }

    private static Weights Visual(ClipModel model)
    {
        using IDisposable grad = no_grad();
        return new Weights(
            model.ImageEncoder.Weights.Select(w => KeyValuePair.Create("image_encoder.model." + w.Key, w.Value.detach().clone())));
    }

    private static void RequireSame(ClipModel model, ClipModel read, ScalarType precision)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> actual = read.ImageEncoder.Weights.Concat(read.TextEncoder.Weights).ToDictionary();
        foreach (var (name, tensor) in model.ImageEncoder.Weights.Concat(model.TextEncoder.Weights))
        {
            Tensor expected = tensor.is_floating_point() ? tensor.detach().to(precision).to(float32) : tensor;
            actual[name].dtype.Should().Be(tensor.dtype);
            WeightSpace.AreEqual(actual[name], expected).Should().BeTrue(name);
        }
        read.LogitScale.Should().Be(tensor((float)model.LogitScale).to(precision).to(float64).item<double>());
    }
}
