using WiseFt.Files;

namespace WiseFt.Tool.Tests;

/// <summary>What is there is not lost: outputs are never inputs, results are replaced only where that is meant, and failed runs leave
/// nothing.</summary>
[Collection(nameof(TrainedFixture))]
public sealed class NothingOverwrittenTests(TrainedFixture trained) : IDisposable
{
    private static readonly string _clip = Fixtures.Data("starter-clip"), _twemoji = Fixtures.Data("emoji-shift/shifts/twemoji");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData("zeroshot.safetensors"), InlineData("./link.safetensors"), InlineData("../out/finetuned.safetensors")]
    public async Task Mix_OutputIsAnInput_IsRefused(string output)
    {
        string model = CopyOfTrained("out");
        File.CreateSymbolicLink(Path.Combine(model, "link.safetensors"), Path.Combine(model, "zeroshot.safetensors"));
        string before = FileChecksum.Of(Path.Combine(model, "zeroshot.safetensors"));

        await Refuses(2, "is read as well", [.. Mix(model, Path.Combine(model, output)), "--overwrite"]);

        FileChecksum.Of(Path.Combine(model, "zeroshot.safetensors")).Should().Be(before);
    }

    [Fact]
    public async Task Mix_OntoAnotherFile_NeedsOverwrite()
    {
        string output = _folder.At("c.safetensors");
        File.WriteAllText(output, "a checkpoint of months of work");

        await Refuses(1, "c.safetensors is there already. Choose another name, or add --overwrite", Mix(trained.Model, output));
        File.ReadAllText(output).Should().StartWith("a checkpoint");
        await Succeeds([.. Mix(trained.Model, output), "--overwrite"]);
        SafetensorsFile.Open(output).Dispose();
    }

    [Theory]
    [InlineData("mix", "m.pt", ".safetensors")]
    [InlineData("embed", "features.npy", ".safetensors")]
    [InlineData("export", "model.pt", ".onnx")]
    public async Task Output_OfAWrongEnding_IsRefused(string verb, string name, string ending)
    {
        string output = _folder.At(name);
        await Refuses(2, $"expected a name that ends in {ending}", verb switch
        {
            "mix" => Mix(trained.Model, output),
            "embed" => ["embed", "--model", _clip, "--data", _twemoji, "--output", output],
            _ => ["export", "--model", trained.Model, "--onnx", output],
        });
        File.Exists(output).Should().BeFalse();
    }

    [Fact]
    public async Task Embed_OntoFeatures_ReplacesThemAndSaysSo_OntoAModelRefuses()
    {
        string output = _folder.At("f.safetensors"), texts = _folder.At("t.txt");
        File.WriteAllText(texts, "a dog\n");
        string[] embed = ["embed", "--model", _clip, "--texts", texts, "--output"];
        await Succeeds([.. embed, output]);
        (await Succeeds([.. embed, output])).Should().Contain("will be replaced");
        File.Copy(Path.Combine(trained.Model, "wiseft.safetensors"), output, overwrite: true);
        await Refuses(1, "is there already", [.. embed, output]);
    }

    [Fact]
    public async Task Train_OntoAFinishedRun_IsRefused_AndResumedIsFinished()
    {
        string images = Few("images", 6), output = _folder.At("out");
        string[] train = Train(images, output);
        await Succeeds(train);
        string before = FileChecksum.Of(Path.Combine(output, "finetuned.safetensors"));

        await Refuses(1, "holds a finished run already", train);
        File.WriteAllText(Path.Combine(output, ".lock"), ""); // as a kill leaves it while the results are measured
        (await Succeeds([.. train, "--resume"])).Should().Contain("is finished: nothing is left to train");
        Directory.GetFileSystemEntries(output).Should().HaveCount(6);
        (await Succeeds([.. train, "--resume", "--alpha", "0.3"])).Should().Contain("wiseft set-alpha").And.Contain("0.3");
        await Refuses(1, "LabelSmoothing was 0 and is 0.1", [.. train, "--resume", "--label-smoothing", "0.1"]);
        File.Copy(Directory.GetFiles(Path.Combine(images, "hand"))[0], Path.Combine(images, "hand", "copy.png"));
        await Refuses(1, "training images were", [.. train, "--resume"]);
        FileChecksum.Of(Path.Combine(output, "finetuned.safetensors")).Should().Be(before);

        await Succeeds([.. train, "--overwrite", "--label-smoothing", "0.1"]);
        FileChecksum.Of(Path.Combine(output, "finetuned.safetensors")).Should().NotBe(before);
    }

    [Fact]
    public async Task Train_IntoItsImagesOrItsModel_IsRefused()
    {
        string images = Few("images", 6);
        await Refuses(2, "whose images --data reads", Train(images, Path.Combine(images, "out")));
        await Refuses(2, "whose images --data reads", Train(images, images));
        await Refuses(2, "whose images --validation reads", [.. Train(images, Path.Combine(_twemoji, "out")), "--validation", _twemoji]);
        await Refuses(2, "is read as well, by --model", Train(images, _clip));
        Directory.Exists(Path.Combine(images, "out")).Should().BeFalse();
    }

    [Fact]
    public async Task Train_InterruptedWhileItsResultsAreMeasured_KeepsThem()
    {
        string output = _folder.At("out");
        using ToolProcess tool = ToolProcess.Start(
            [
                "train", "--model", _clip, "--data", Fixtures.Data("emoji-shift/reference/train"), "--output", output, "--epochs", "1",
                "--templates", "simple", "--validation", Fixtures.Data("emoji-shift/reference/test"),
            ]);
        while (!tool.HasExited && !File.Exists(Path.Combine(output, "config.json"))) await Task.Delay(5);
        tool.Signal(2);

        var (exitCode, _, errors) = await tool.EndAsync();

        exitCode.Should().BeOneOf(130, 0);
        Directory.GetFiles(output).Select(Path.GetFileName).Should().Contain(["model.zip", "finetuned.safetensors", "config.json"]);
        if (exitCode == 130) errors.Should().Contain("Training had ended").And.Contain("wiseft sweep --model");
    }

    [Fact]
    public async Task Export_OntoItsOwnFile_ReplacesIt_OntoAnotherRefuses()
    {
        string onnx = _folder.At("model.onnx");
        string[] export = ["export", "--model", trained.Model, "--onnx", onnx];
        await Succeeds(export);
        (await Succeeds(export)).Should().Contain("will be replaced");
        File.WriteAllText(onnx, "somebody else's");
        await Refuses(1, "is there already", export);
    }

    [Fact]
    public async Task SetAlpha_OfNoTrainedFolder_LeavesNone()
    {
        await Refuses(1, "holds no trained model", ["set-alpha", _folder.At("nowhere"), "0.7"]);
        Directory.Exists(_folder.At("nowhere")).Should().BeFalse();
    }

    [Fact]
    public async Task Sweep_OntoSomebodyElsesPage_IsRefused()
    {
        File.WriteAllText(_folder.At("report.html"), "my page");
        await Refuses(1, "no report of wiseft", ["sweep", "--model", trained.Model, "--reference", _twemoji, "--output", _folder.Path]);
    }

    [Fact]
    public async Task Train_ThatFails_LeavesNoFolder()
    {
        string images = Few("images", 6);
        File.WriteAllText(Path.Combine(images, "hand", "broken.png"), "no picture");
        await Refuses(1, "broken.png", Train(images, _folder.At("a/b/out")));
        Directory.Exists(_folder.At("a")).Should().BeFalse();
        Directory.CreateDirectory(_folder.At("a/other")); // as another run that began meanwhile
        await Refuses(1, "broken.png", Train(images, _folder.At("a/b/out")));
        Directory.GetDirectories(_folder.At("a")).Should().Equal(_folder.At("a/other"));
    }

    [Fact]
    public async Task Sweep_IntoItsImagesOrItsModel_IsRefused()
    {
        string[] sweep = ["sweep", "--model", trained.Model, "--reference", _twemoji, "--output"];
        await Refuses(2, "whose images --reference reads", [.. sweep, Path.Combine(_twemoji, "report")]);
        await Refuses(2, "is read as well, by --model", [.. sweep, trained.Model]);
    }

    private string CopyOfTrained(string name)
    {
        string folder = Directory.CreateDirectory(_folder.At(name)).FullName;
        foreach (string file in Directory.GetFiles(trained.Model)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    private string Few(string name, int each)
    {
        foreach (string c in new[] { "hand", "mammal" })
        {
            string to = Directory.CreateDirectory(_folder.At(name, c)).FullName;
            foreach (string file in Directory.GetFiles(Fixtures.Data($"emoji-shift/reference/train/{c}")).Order(StringComparer.Ordinal)
                .Take(each)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
        return _folder.At(name);
    }

    private static string[] Mix(string model, string output) =>
    [
        "mix", "--zero-shot", Path.Combine(model, "zeroshot.safetensors"), "--fine-tuned", Path.Combine(model, "finetuned.safetensors"),
        "--output", output,
    ];

    private static string[] Train(string images, string output) =>
    [
        "train", "--model", _clip, "--data", images, "--output", output, "--mode", "linear", "--epochs", "2", "--templates", "simple",
    ];

    private static async Task<string> Succeeds(string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().Be(0, errors);
        return output + errors;
    }

    private static async Task Refuses(int expectedCode, string expected, string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().Be(expectedCode, errors);
        errors.Should().Contain("error: ").And.Contain(expected).And.NotContain("   at ");
        output.Should().BeEmpty();
    }
}
