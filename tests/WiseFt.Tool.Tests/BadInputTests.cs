using WiseFt.Files;

namespace WiseFt.Tool.Tests;

/// <summary>Whatever is wrong: an exit code, words that name it and say what to do, no stack trace, and nothing left behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly string _clip = Fixtures.Data("starter-clip"), _train = Fixtures.Data("emoji-shift/reference/train");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, "alpha", "train", "--alpha", "1.5")]
    [InlineData(2, "alpha", "train", "--alpha", "NaN")]
    [InlineData(2, "--lr", "train", "--lr", "-1")]
    [InlineData(2, "--epochs", "train", "--epochs", "0")]
    [InlineData(2, "'linear'", "train", "--mode", "everything")]
    [InlineData(2, "frobnicate", "frobnicate")]
    [InlineData(2, "--reference", "sweep", "--model", "x")]
    [InlineData(2, "cuda", "train", "--device", "cuda:0")]
    [InlineData(2, "device", "train", "--device", "tpu")]
    [InlineData(1, "imagenet, simple, fmow, iwildcam", "train", "--templates", "nothing")]
    public async Task Command_BadUsage_SaysWhatWasExpected(int expectedCode, string expected, string verb, params string[] arguments)
    {
        string[] common = verb == "train" ? ["--model", _clip, "--train", _train, "--output", _folder.At("out")] : [];
        await Refuses(expectedCode, expected, [verb, .. common, .. arguments]);
        Directory.Exists(_folder.At("out")).Should().BeFalse();
    }

    [Fact]
    public async Task Train_MissingFolder_IsNamed() => await Refuses(1, "nowhere", Train(_folder.At("nowhere")));

    [Fact]
    public async Task Train_EmptyClassFolder_IsNamed()
    {
        Copy("bird", 2);
        Directory.CreateDirectory(_folder.At("images", "boat"));
        await Refuses(1, "boat", Train(_folder.At("images")));
    }

    [Fact]
    public async Task Train_OneClassOnly_SaysThatTwoAreNeeded()
    {
        Copy("bird", 3);
        await Refuses(1, "at least two classes", Train(_folder.At("images")));
    }

    [Fact]
    public async Task Train_ClassOnlyInTheValidationSet_IsNamed()
    {
        Copy("bird", 2);
        Copy("boat", 2);
        await Refuses(1, "aircraft", [.. Train(_folder.At("images")), "--validation", Fixtures.Data("emoji-shift/reference/test")]);
    }

    [Fact]
    public async Task Train_CorruptImage_IsNamed_OrLeftOutAndListed()
    {
        Copy("bird", 3);
        Copy("boat", 3);
        string corrupt = _folder.At("images", "boat", "broken.png");
        File.WriteAllText(corrupt, "not a picture");
        await Refuses(1, "broken.png", Train(_folder.At("images")));
        var (exitCode, _, error) = await ToolProcess.RunAsync([.. Train(_folder.At("images")), "--skip-bad-images"]);
        exitCode.Should().Be(0, error);
        error.Should().Contain("Left out 1").And.Contain("broken.png").And.Contain("6 training images");
    }

    [Fact]
    public async Task Train_ModelOfAnotherKind_IsRefused()
    {
        string model = _folder.At("config.json");
        File.WriteAllText(model, """{"model_type": "bert"}""");
        await Refuses(1, "config.json", Train(_train, _folder.Path));
    }

    [Fact]
    public async Task Train_WeightMissing_IsNamed()
    {
        string model = _folder.At("model");
        Directory.CreateDirectory(model);
        foreach (string file in Directory.GetFiles(_clip)) File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        using (SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_clip, "model.safetensors")))
        using (Weights all = file.ReadAll())
            SafetensorsFile.Write(
                Path.Combine(model, "model.safetensors"),
                all.Where(t => t.Key != "visual_projection.weight").Append(new("surplus", all["logit_scale"])).ToDictionary());
        await Refuses(1, "visual_projection.weight", Train(_train, model));
        await Refuses(1, "surplus", Train(_train, model));
    }

    [Fact]
    public async Task Train_WeightsNotFinite_NamesTheWeight()
    {
        string model = _folder.At("model");
        Directory.CreateDirectory(model);
        foreach (string file in Directory.GetFiles(_clip)) File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        using (FileStream file = File.OpenWrite(Path.Combine(model, "model.safetensors")))
        {
            file.Seek(-sizeof(float), SeekOrigin.End); // the last number of the last weight: no writer of ours writes this one
            file.Write(BitConverter.GetBytes(float.NaN));
        }
        await Refuses(1, "visual_projection.weight' has numbers that are none", Train(_train, model));
    }

    [Fact]
    public async Task Train_OutputIsAFile_IsRefusedBeforeTraining()
    {
        File.WriteAllText(_folder.At("out"), "");
        await Refuses(1, "is a file", Train(_train));
    }

    [Fact]
    public async Task Mix_DifferentArchitectures_NamesTheWeights()
    {
        string output = _folder.At("c.safetensors");
        await Refuses(1, "logit_scale", [
            "mix", "--zero-shot", Path.Combine(_clip, "model.safetensors"), "--fine-tuned", Fixtures.Path("mixing/a.safetensors"),
            "--output", output]);
        File.Exists(output).Should().BeFalse();
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("train")]
    [InlineData("soup")]
    [InlineData("sweep")]
    [InlineData("zeroshot")]
    [InlineData("predict")]
    [InlineData("mix")]
    [InlineData("fisher")]
    [InlineData("embed")]
    [InlineData("tokenize")]
    [InlineData("convert")]
    [InlineData("export")]
    [InlineData("report")]
    [InlineData("doctor")]
    public async Task Help_OfEveryCommand_EndsWithAnExample(string verb)
    {
        var (exitCode, output, _) = await ToolProcess.RunAsync([verb, "--help"]);
        exitCode.Should().Be(0);
        output.Should().Contain("Example:").And.Contain("wiseft " + verb);
    }

    [Fact]
    public async Task Tokenize_Lines_AreOneArrayALine()
    {
        var (exitCode, output, _) = await ToolProcess.RunAsync(["tokenize", "--model", _clip], "a photo of a cat\nIŞIK ığdır\n");
        exitCode.Should().Be(0);
        string[] lines = output.TrimEnd().Split('\n');
        lines.Should().HaveCount(2);
        System.Text.Json.JsonSerializer.Deserialize<int[]>(lines[0])
            .Should().HaveCount(32).And.StartWith([6512, 320, 1125, 539, 320, 2368, 6513]);
    }

    private string[] Train(string images, string? model = null) =>
        ["train", "--model", model
            ?? _clip, "--train", images, "--output", _folder.At("out"), "--epochs", "1", "--templates", "simple", "--mode", "linear"];

    private void Copy(string className, int count)
    {
        string target = _folder.At("images", className);
        Directory.CreateDirectory(target);
        foreach (string file in Directory.GetFiles(Path.Combine(_train, className)).Take(count))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }

    private static async Task Refuses(int expectedCode, string expected, string[] arguments)
    {
        var (exitCode, output, error) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().Be(expectedCode, error);
        error.Should().Contain("error: ").And.Contain(expected).And.NotContain("   at ");
        output.Should().BeEmpty();
    }
}
