using System.Text.Json;

namespace WiseFt.Tool.Tests;

public sealed class SoupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Soup_OfAGrid_LeavesRunsAndSoupAndSaysWhichJoined()
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(Arguments("out", "--json"));

        exitCode.Should().Be(0, errors);
        JsonElement soup = JsonDocument.Parse(output).RootElement;
        soup.GetProperty("kind").GetString().Should().Be("greedy");
        JsonElement[] runs = [.. soup.GetProperty("runs").EnumerateArray()];
        runs.Select(r => (r.GetProperty("run").GetInt32(), r.GetProperty("learning_rate").GetDouble(), r.GetProperty("epochs").GetInt32()))
            .Should().Equal((1, 1e-3, 1), (2, 1e-3, 2), (3, 1e-2, 1), (4, 1e-2, 2));
        runs.Should().OnlyContain(r => r.GetProperty("validation_accuracy").GetDouble() > 0);
        runs.Count(r => r.GetProperty("joined").GetBoolean()).Should().BePositive();
        double best = runs.Max(r => r.GetProperty("validation_accuracy").GetDouble());
        soup.GetProperty("accuracy").GetDouble().Should().BeGreaterThanOrEqualTo(best);
        for (int run = 1; run <= 4; run++) File.Exists(_folder.At("out", "runs", $"{run}", "finetuned.safetensors")).Should().BeTrue();
        using ImageClassifier classifier = ImageClassifier.Load(_folder.At("out", "soup.safetensors"));
        using ImageClassifier zeroShot = ImageClassifier.Load(_folder.At("out", "zeroshot.safetensors"));
        classifier.ClassNames.Should().Equal(zeroShot.ClassNames);
        errors.Should().Contain("Run 3 of 4: learning rate 1e-2, 1 epoch");

        await GoesOnAndRefuses();
    }

    [Theory]
    [InlineData("speed=3", "--grid", "speed=3")]
    [InlineData("expected one of them", "--greedy", "--uniform")]
    [InlineData("or --uniform", "--validation", "none")]
    public async Task Soup_BadUsage_SaysWhatIsExpected(string words, params string[] more)
    {
        string[] arguments = Arguments("out");
        if (more[0] == "--validation") arguments[Array.IndexOf(arguments, "--validation") + 1] = more[1];
        else arguments = [.. arguments, .. more];

        var (exitCode, _, errors) = await ToolProcess.RunAsync(arguments);

        exitCode.Should().Be(2, errors);
        errors.Should().Contain(words);
        Directory.Exists(_folder.At("out")).Should().BeFalse();
    }

    [Fact]
    public async Task Soup_Uniform_IsTheMeanThatMergeMakes()
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(Arguments("out", "--uniform"));

        exitCode.Should().Be(0, errors);
        output.Should().Contain("the mean of 4 runs").And.Contain("label-smoothing");
        string[] files = [.. Enumerable.Range(1, 4).Select(i => _folder.At("out", "runs", $"{i}", "finetuned.safetensors"))];
        Merge.Run(
            new MergeRecipe { Method = MergeMethod.UniformSoup, Models = [.. files.Select(f => new MergeIngredient(f))] },
            _folder.At("mean.safetensors"));
        using ImageClassifier mean = ImageClassifier.Load(_folder.At("mean.safetensors"));
        using ImageClassifier soup = ImageClassifier.Load(_folder.At("out", "soup.safetensors"));
        soup.Weights.Should().OnlyContain(w => WiseFt.WeightSpace.AreEqual(w.Value, mean.Weights[w.Key]));
    }

    public void Dispose() => _folder.Dispose();

    private async Task GoesOnAndRefuses()
    {
        byte[] before = await File.ReadAllBytesAsync(_folder.At("out", "soup.safetensors"));
        var (refused, _, refusal) = await ToolProcess.RunAsync(Arguments("out"));
        (refused, refusal.Contains("--overwrite", StringComparison.Ordinal)).Should().Be((1, true), refusal);

        File.Delete(_folder.At("out", "soup.safetensors"));
        Directory.Delete(_folder.At("out", "runs", "4"), recursive: true);
        (refused, _, refusal) = await ToolProcess.RunAsync(Arguments("out"));
        (refused, refusal.Contains("--resume", StringComparison.Ordinal)).Should().Be((1, true), refusal);

        var (ended, _, remarks) = await ToolProcess.RunAsync(Arguments("out", "--resume"));
        ended.Should().Be(0, remarks);
        remarks.Should().Contain("seed 0: finished before").And.Contain("Run 4 of 4: learning rate 1e-2, 2 epochs, seed 0.");
        (await File.ReadAllBytesAsync(_folder.At("out", "soup.safetensors"))).Should().Equal(before);
    }

    private string[] Arguments(string output, params string[] more) =>
    [
        "soup", "--model", Fixtures.Data("starter-clip"), "--train", Fixtures.Data("emoji-shift/reference/train"), "--validation",
        Fixtures.Data("emoji-shift/reference/test"), "--mode", "linear", "--batch-size", "32", "--templates",
        Fixtures.Data("emoji-shift/templates.txt"), "--grid", "lr=1e-3,1e-2", "--grid", "epochs=1,2", "--output", _folder.At(output),
        .. more,
    ];
}
