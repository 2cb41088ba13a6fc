using System.Text.Json;

namespace WiseFt.Tool.Tests.Commands;

/// <summary>What a sweep and a training run conclude, on the screen and in JSON, and that a sweep goes on.</summary>
[Collection(nameof(TrainedFixture))]
public sealed class SweepVerdictTests(TrainedFixture trained) : IDisposable
{
    private static readonly string[] _classes = ["arrow", "bird", "boat", "hand", "mammal", "weather"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Sweep_OfFewImages_SaysAlphaWithItsUncertainty_NeverABestOne()
    {
        string said = await Run([.. Sweep(), "--alpha", "0,0.5,0.9,1"]);

        said.Should().Contain("Ship alpha 0.5.").And.Contain("95 % interval").And.Contain("under shift (one shift, ")
            .And.Contain("* the alpha of the verdict below").And.NotContainAny("best alpha", "best average");
    }

    [Fact]
    public async Task SweepJson_HasTheChoiceAndTheVerdict()
    {
        JsonElement plain = JsonDocument.Parse(await Run([.. Sweep(), "--json"])).RootElement;
        JsonElement chosen = JsonDocument.Parse(await Run([.. Sweep(), "--json", "--choose", "validation"])).RootElement;

        plain.GetProperty("choice").ToString().Should().Be("""{"rule":"fixed","alpha":0.5}""");
        plain.GetProperty("verdict").GetProperty("alpha").GetDouble().Should().Be(0.5);
        plain.GetProperty("verdict").GetProperty("text").GetString().Should().StartWith("Ship alpha 0.5.");
        chosen.GetProperty("choice").GetProperty("rule").GetString().Should().Be("validation");
        double highest = chosen.GetProperty("alphas").EnumerateArray()
            .Max(a => a.GetProperty("accuracy").GetProperty("reference").GetDouble());
        double alpha = chosen.GetProperty("choice").GetProperty("alpha").GetDouble();
        chosen.GetProperty("alphas").EnumerateArray().Single(a => a.GetProperty("alpha").GetDouble() == alpha)
            .GetProperty("accuracy").GetProperty("reference").GetDouble().Should().Be(highest);
    }

    [Fact]
    public async Task Sweep_OutputSpaceAndBaseline_AreShownAndInJson()
    {
        string[] arguments = [.. Sweep(), "--alpha", "0,0.5,1", "--output-space", "--baseline", "twemoji=imagenet-sketch"];

        (await Run(arguments)).Should().Contain("Output-space ensembles").And.Contain("logits: avg shifts")
            .And.Contain("Effective robustness");
        JsonElement json = JsonDocument.Parse(await Run([.. arguments, "--json"])).RootElement;
        json.GetProperty("output_space").GetProperty("logits")[1].GetProperty("accuracy").GetProperty("twemoji").GetDouble()
            .Should().BeInRange(0, 1);
        json.GetProperty("output_space").GetProperty("probabilities").GetArrayLength().Should().Be(3);
        json.GetProperty("alphas")[0].GetProperty("effective_robustness").GetProperty("twemoji").GetDouble().Should().BeInRange(-1, 1);
    }

    [Fact]
    public async Task Sweep_StoppedAndResumed_PrintsWhatAWholeOnePrints()
    {
        string report = _folder.At("report");
        string[] sweep = [.. Sweep(Fixtures.Data("emoji-shift/reference/test")), "--json", "--output", report];
        string expected = await Run([.. Sweep(Fixtures.Data("emoji-shift/reference/test")), "--json"]);
        using (ToolProcess tool = ToolProcess.Start(sweep))
        {
            while (!tool.HasExited && !(File.Exists(Journal()) && new FileInfo(Journal()).Length > 1000)) await Task.Delay(5);
            tool.Signal(2);
            var (exitCode, _, errors) = await tool.EndAsync();
            if (exitCode == 0) return; // it was faster than the signal, and there is nothing to go on with
            (exitCode, errors.Contains("--resume", StringComparison.Ordinal)).Should().Be((130, true), errors);
        }
        var (refused, _, refusal) = await ToolProcess.RunAsync(sweep);
        (refused, refusal.Contains("holds a sweep that was stopped", StringComparison.Ordinal)).Should().Be((1, true), refusal);

        (await Run([.. sweep, "--resume"])).Should().Be(expected);
        File.Exists(Journal()).Should().BeFalse();

        string Journal() => Path.Combine(report, ".sweep.jsonl");
    }

    [Fact]
    public async Task Train_OfFewImages_WarnsChoosesAndSaysWhatIsNext()
    {
        string output = _folder.At("out");
        var (exitCode, said, remarks) = await ToolProcess.RunAsync(
            [
                "train", "--model", Fixtures.Data("starter-clip"), "--data", Few("images", "reference/train", 7), "--output", output,
                "--mode", "linear", "--templates", "simple", "--epochs", "3", "--choose", "validation",
            ]);

        exitCode.Should().Be(0, remarks);
        remarks.Should().Contain("validation images").And.Contain("images a class are few").And.Contain("steps are few")
            .And.Contain("wiseft sweep --model");
        said.Should().Contain("Accuracy on validation by epoch").And.Contain("Chosen by accuracy on validation")
            .And.NotContain("reference");
        double alpha = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(output, "config.json"))).RootElement
            .GetProperty("alpha").GetDouble();
        said.Should().Contain(FormattableString.Invariant($"; alpha {alpha}."));
    }

    [Fact]
    public async Task Train_ValidationNoneOrThePapersRecipe_TrainsOnAllImages()
    {
        string images = Few("images", "reference/train", 6);
        string[] train =
            ["train", "--model", Fixtures.Data("starter-clip"), "--data", images, "--mode", "linear", "--templates", "simple", "--output"];
        var all = await ToolProcess.RunAsync([.. train, _folder.At("a"), "--validation", "none", "--epochs", "1"]);
        var paper = await ToolProcess.RunAsync([.. train, _folder.At("b"), "--recipe", "paper"]);

        all.Errors.Should().Contain("32 training images of 6 classes.");
        paper.Errors.Should().Contain("32 training images of 6 classes.").And.Contain("batch size 512, 10 epochs, learning rate 3e-5")
            .And.Contain("10 steps are few");
        (await ToolProcess.RunAsync([.. train, _folder.At("c"), "--validation", "none", "--choose", "validation"])).ExitCode.Should().Be(2);
    }

    private string[] Sweep(string? reference = null) =>
    [
        "sweep", "--model", trained.Model, "--reference", reference ?? Few("reference", "reference/test", 4), "--shift",
        $"twemoji={Few("twemoji", "shifts/twemoji", 3)}",
    ];

    private string Few(string name, string source, int each)
    {
        foreach (string c in _classes)
        {
            string to = Directory.CreateDirectory(_folder.At(name, c)).FullName;
            foreach (string file in Directory.GetFiles(Fixtures.Data($"emoji-shift/{source}/{c}")).Order(StringComparer.Ordinal).Take(each))
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
        return _folder.At(name);
    }

    private static async Task<string> Run(string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().Be(0, errors);
        return output;
    }
}
