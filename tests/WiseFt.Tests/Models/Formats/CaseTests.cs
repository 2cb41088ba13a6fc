using WiseFt.Files;
using WiseFt.Merging;
using WiseFt.Models;
using WiseFt.Tensors;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Files as people really have them, after public reports: right, or refused with words that help.</summary>
public sealed class CaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Loaded =>
    [
        "_model", "clip83-loss-tensor/model_10.pt", "best-acc1-tensor/checkpoint.pth.tar", "orig-mod-hf", "orig-mod-st",
        "module-module-st/m.safetensors",
        "clip-model-prefix", "lightning-clipmodel-head/e4.ckpt", "logit-scale-1d", "tok-json-only", "hf-file-other-name-gelu", "gelu-bare",
    ];

    public static TheoryData<string, string> Refused => new()
    {
        { "ema-key", "*'ema'*--state-dict*" },
        { "student-teacher", "*'student', 'teacher'*--state-dict*" },
        { "nan-weight", "*numbers that are none*" },
        { "bnb-int8", "*uantised*" },
        { "peft-adapter", "*LoRA adapter*merge_and_unload*" },
        { "peft-adapter/adapter_model.safetensors", "*LoRA adapter*merge_and_unload*" },
        { "hf-image-classification", "*CLIPForImageClassification*classifier*" },
        { "hf-image-classification/model.safetensors", "*CLIPForImageClassification*classifier*" },
        { "json-error/model.safetensors", "*JSON text*Repository not found*" },
        { "json-error", "*JSON text*Repository not found*" },
        { "ViT-B/32", "*OpenAI's package*openai/clip-vit-base-patch32*" },
        { "hf-hub:laion/CLIP-ViT-B-32", "*open_clip's way*laion/CLIP-ViT-B-32*" },
    };

    [Theory]
    [MemberData(nameof(Loaded))]
    public void Load_OfAWholeModel_GivesFeatures(string name)
    {
        using ClipModel clip = ClipModel.Load(Case(name));
        using Tensor features = Features(clip);

        features.shape.Should().Equal(1, clip.Config.EmbeddingDimension);
        clip.LogitScale.Should().BeInRange(0, 5);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Load_OfWhatIsNoModel_SaysWhatItIs(string name, string message)
    {
        string path = Path.Exists(Case(name)) ? Case(name) : name;

        string said = FluentActions.Invoking(() => ClipModel.Load(path)).Should().Throw<CheckpointException>().WithMessage(message)
            .Which.Message;

        said.Should().NotContain("file that came with the weights").And.NotContain("Exception raised from")
            .And.NotMatch("*header of *bytes*");
    }

    [Theory]
    [InlineData("Not Found: there is no such file", "*begins with the text 'Not Foun'*")]
    [InlineData("<!DOCTYPE html><html></html>", "*web page*")]
    [InlineData("{\"error\": \"Unauthorized\"}", "*JSON text*")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", "*Git LFS pointer*")]
    [InlineData("GGUF\u0003\0\0\0\u0010\0\0\0\0\0\0\0", "*GGUF*")]
    [InlineData("\n\u000e\n\u0005<unk>\u0015\0\0\0\0\u0018\u0002", "*sentencepiece*")]
    [InlineData("\u0008\u0007\u0012\u0007pytorch\u001a\u00032.1:", "*ONNX*")]
    public void Load_OfAnotherFormatUnderAModelsName_CallsItByItsName(string content, string message)
    {
        string path = _folder.At("model.safetensors");
        File.WriteAllText(path, content);

        FluentActions.Invoking(() => ClipModel.Load(path)).Should().Throw<CheckpointException>().WithMessage(message)
            .Which.Message.Should().NotMatch("*header of * bytes*");
    }

    [Theory]
    [InlineData("ema-key", "ema")]
    [InlineData("student-teacher", "student")]
    [InlineData("student-teacher", "teacher")]
    public void Load_WithStateDict_TakesThatOne(string name, string stateDict)
    {
        using ClipModel clip = ClipModel.Load(Case(name), stateDict: stateDict);

        clip.Config.EmbeddingDimension.Should().Be(32);
        FluentActions.Invoking(() => ClipModel.Load(Case(name), stateDict: "nobody")).Should().Throw<CheckpointException>()
            .WithMessage($"*'nobody'*'{stateDict}'*");
    }

    [Fact]
    public void Load_TeacherAndStudent_AreTwoModels()
    {
        using ClipModel student = ClipModel.Load(Case("student-teacher"), stateDict: "student");
        using ClipModel teacher = ClipModel.Load(Case("student-teacher"), stateDict: "teacher");
        using Tensor a = Features(student), b = Features(teacher);

        a.Equals(b).Should().BeFalse();
    }

    // The same model side by side under two prefixes, in a format without dictionaries.
    [Fact]
    public void Load_TwoModelsInOneSafetensorsFile_NeedsAName()
    {
        using Weights weights = Read(Case("gelu-bare/open_clip_model.safetensors"));
        string path = _folder.At("two.safetensors");
        SafetensorsFile.Write(path, weights.SelectMany(w => new[]
        {
            KeyValuePair.Create("online." + w.Key, w.Value), KeyValuePair.Create("target." + w.Key, w.Value),
        }).ToDictionary());

        FluentActions.Invoking(() => Open(path)).Should().Throw<CheckpointException>().WithMessage("*'online.', 'target.'*--state-dict " +
            "online*");
        using ClipModel one = Open(path, stateDict: "target");

        ClipModel Open(string file, string? stateDict = null) =>
            ClipModel.Load(file, vocabularyPath: Case("gelu-bare"), stateDict: stateDict);
    }

    [Theory]
    [InlineData("orig-mod-hf", "_model")]
    [InlineData("tok-json-only", "_model")]
    [InlineData("v5-processor-config", "v5-processor-config-as-v4")]
    public void Features_OfTwoFormsOfAModel_AreTheSame(string first, string second)
    {
        using ClipModel a = ClipModel.Load(Case(first)), b = ClipModel.Load(Case(second));
        using Tensor image = a.Preprocessor.Load([Fixtures.Path("images/rgb-500x375.png")]), other =
            b.Preprocessor.Load([Fixtures.Path("images/rgb-500x375.png")]);

        a.Preprocessor.Should().Be(b.Preprocessor);
        image.Equals(other).Should().BeTrue();
        string[] texts = ["a photo of a cat", "don't", "Größe 12", ""];
        foreach (string text in texts) a.Tokenizer.EncodeIds(text).Should().Equal(b.Tokenizer.EncodeIds(text));
    }

    [Theory]
    [InlineData("oc-epoch-pt-gelu/epoch_10.pt")]
    [InlineData("hf-file-other-name-gelu/my_finetuned.safetensors")]
    [InlineData("hf-file-other-name-gelu")]
    public void Load_OfWeightsUnderAnotherName_TakesTheConfigurationBesideThem(string name)
    {
        using ClipModel clip = ClipModel.Load(Case(name));

        clip.Config.Text.Activation.Should().Be(Activation.Gelu);
        clip.Config.Vision.Activation.Should().Be(Activation.Gelu);
        if (name.StartsWith("hf", StringComparison.Ordinal)) clip.Preprocessor.Mean.Should().Equal(0.5f, 0.5f, 0.5f);
    }

    [Fact]
    public void Load_OfWeightsThatDoNotFitTheConfigurationBesideThem_Refuses()
    {
        foreach (string file in Directory.GetFiles(Case("_model"))) File.Copy(file, _folder.At(Path.GetFileName(file)));
        string starter = Directory.GetFiles(Fixtures.Data("starter-clip"), "*.safetensors").Single();
        File.Copy(starter, _folder.At("other.safetensors"));

        FluentActions.Invoking(() => ClipModel.Load(_folder.At("other.safetensors"))).Should().Throw<CheckpointException>()
            .WithMessage("*belong to another architecture than *config.json*");
    }

    [Fact]
    public void Load_OfABareFile_SaysWhatWasAssumed()
    {
        using ClipModel assumed = ClipModel.Load(Case("gelu-bare")), given = ClipModel.Load(Case("gelu-bare"), activation: Activation.Gelu);

        assumed.Assumptions.Should().Contain(a => a.Contains("--activation gelu|quick-gelu")).And.Contain(a => a.Contains("preprocessing"));
        given.Assumptions.Should().NotContain(a => a.Contains("--activation"));
        using Tensor a = Features(assumed), b = Features(given);
        a.Equals(b).Should().BeFalse();
    }

    [Fact]
    public void Interpolate_OfDictionariesWithALossBeside_MixesTheModel()
    {
        long numbers = CheckpointMixture.Interpolate(
            Case("clip83-loss-tensor/model_10.pt"), Case("clip83-loss-tensor/model_20.pt"), 0.5, _folder.At("mixed.safetensors"));

        using SafetensorsFile mixed = SafetensorsFile.Open(_folder.At("mixed.safetensors"));
        mixed.Tensors.Should().HaveCount(38).And.ContainKey("visual.conv1.weight").And.NotContainKey("loss");
        numbers.Should().BeGreaterThan(100_000);
    }

    [Fact]
    public void Interpolate_OfQuantisedWeights_Refuses() =>
        FluentActions.Invoking(() => CheckpointMixture.Interpolate(
                Case("int8-mix/a.safetensors"), Case("int8-mix/b.safetensors"), 0.5, _folder.At("mixed.safetensors")))
            .Should().Throw<WeightMismatchException>().WithMessage("*quantised*");

    [Fact]
    public void Interpolate_OfAFolderAndACompiledOne_MixesUnderPlainNames()
    {
        CheckpointMixture.Interpolate(Case("_model"), Case("orig-mod-hf"), 0.5, _folder.At("mixed.safetensors"));

        using Weights mixed = Read(_folder.At("mixed.safetensors")), model = Read(Case("_model/model.safetensors"));
        mixed.Keys.Should().BeEquivalentTo(model.Keys);
    }

    [Fact]
    public void Interpolate_OfHalfAndSingle_IsSingleUnlessAskedFor()
    {
        string half = _folder.At("half.safetensors"), single = Case("gelu-bare/open_clip_model.safetensors");
        using (Weights weights = Read(single))
        {
            Dictionary<string, Tensor> rounded = weights.ToDictionary(w => w.Key, w => w.Value.to(ScalarType.Float16));
            SafetensorsFile.Write(half, rounded);
            foreach (Tensor tensor in rounded.Values) tensor.Dispose();
        }

        CheckpointMixture.Interpolate(half, single, 0.25, _folder.At("a.safetensors"));
        CheckpointMixture.Interpolate(
            half, single, 0.25, _folder.At("b.safetensors"), new CheckpointMixtureOptions { Precision = ScalarType.BFloat16 });

        using Weights a = Read(_folder.At("a.safetensors")), b = Read(_folder.At("b.safetensors")), c = Read(half), d = Read(single);
        a.Values.Should().OnlyContain(t => t.dtype == ScalarType.Float32);
        b.Values.Should().OnlyContain(t => t.dtype == ScalarType.BFloat16);
        using Tensor x = c["visual.proj"].to(float64).mul(0.75), y = d["visual.proj"].to(float64).mul(0.25), sum = x.add(y).to(float32);
        sum.Equals(a["visual.proj"]).Should().BeTrue();
    }

    [Fact]
    public void Open_OfValuesThatAreNoWeights_LeavesThemOut()
    {
        byte[] storage = new byte[8];
        byte[] pickle = PickleBytes.Protocol2().Dict(d =>
        {
            d.Text("args").Global("argparse", "Namespace").Op(')').Raw(0x81).Dict(a => a.Text("lr").Number(1)).Op('b');
            d.Text("path").Global("pathlib", "PosixPath").Text("/x").Raw(0x85).Op('R');
            d.Text("best").Global("numpy._core.multiarray", "scalar").Text("f8").Text("x").Raw(0x86).Op('R');
            d.Text("config").Global("__main__", "Config").Op(')').Raw(0x81).Dict(a => a.Text("k").Number(1)).Op('b');
            d.Text("state_dict").Dict(s =>
            {
                s.Text("a").Tensor("Float", "0", 2, 0, [2], [1]);
                s.Text("b").Tensor("Float", "0", 2, 0, [2], [1]);
            });
        }).Stop();
        string path = _folder.At("x.pt");
        File.WriteAllBytes(path, TorchFile.Zip(pickle, storage));

        using TorchArchive archive = TorchArchive.Open(path);

        archive.Tensors.Keys.Should().Equal("a", "b");
        archive.Notes.Should().Contain(n => n.Contains("'args', 'path', 'best', 'config'"));
    }

    [Fact]
    public void Open_OfAnArchiveWithABitChanged_RefusesTheTensor()
    {
        string path = _folder.At("x.pt");
        byte[] bytes = File.ReadAllBytes(Case("clip-model-prefix/model.pt"));
        bytes[bytes.Length / 2] ^= 1; // in the low byte of some weight
        File.WriteAllBytes(path, bytes);

        FluentActions.Invoking(() => ClipModel.Load(path, vocabularyPath: Case("clip-model-prefix"))).Should().Throw<CheckpointException>()
            .WithMessage("*does not have the checksum*");
    }

    public void Dispose() => _folder.Dispose();

    private static string Case(string name) => Fixtures.Path($"cases/{name}");

    private static Weights Read(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.ReadAll();
    }

    private static Tensor Features(ClipModel clip)
    {
        using Tensor pixels = clip.Preprocessor.Load([Fixtures.Path("images/rgb-500x375.png")]);
        return clip.EncodeImage(pixels);
    }
}
