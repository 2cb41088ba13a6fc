using System.Text.Json;

namespace WiseFt.Tool.Tests;

/// <summary>What `wiseft train` can be told about the loss and the end of training.</summary>
[Collection(TrainingRun.Processes)]
public sealed class TrainingOptionsTests(TrainingRun run) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_ClassWeightsOfAFile_AreRecordedAndAnotherRunIsRefused()
    {
        string weights = Weights("hand\t2\nmammal,1\nvehicle,0.5\nweather,1\n"), output = run.NewOutput();
        string[] train = run.Arguments("linear", output);

        string errors = await Ends(0, [.. train, "--class-weights", weights]);

        errors.Should().Contain("Class weights: from 2 (hand) to 0.5 (vehicle).");
        Config(output).GetProperty("options").GetProperty("class_weights").GetRawText().Where(c => !char.IsWhiteSpace(c))
            .Should().Equal("""{"hand":2,"mammal":1,"vehicle":0.5,"weather":1}""");
        (await Ends(1, [.. train, "--class-weights", "balanced", "--resume"]))
            .Should().Contain("ClassWeights was {\"hand\":2").And.Contain("and is \"balanced\"");
        TrainingRun.Results.Read(output).Weights.Should().NotBe((await run.UndisturbedAsync("linear")).Weights);
    }

    [Fact]
    public async Task Train_BalancedClassWeights_AreRecorded()
    {
        string output = run.NewOutput();

        await Ends(0, [.. run.Arguments("linear", output), "--class-weights", "balanced"]);

        Config(output).GetProperty("options").GetProperty("class_weights").GetString().Should().Be("balanced");
    }

    [Theory]
    [InlineData("hand\t2\nmammal,1\ndog,1\n", "without a weight: 2 (first: vehicle, weather); no class of theirs: 1 (first: dog)")]
    [InlineData("hand\t2\nmammal\n", "line 2: 'mammal' is no class with a weight")]
    public async Task Train_ClassWeightsOfOtherClasses_AreRefused(string text, string expected)
    {
        string output = run.NewOutput();

        (await Ends(1, [.. run.Arguments("linear", output), "--class-weights", Weights(text)])).Should().Contain(expected);
        Directory.Exists(output).Should().BeFalse();
    }

    [Fact]
    public async Task Train_EarlyStopping_SaysTheRuleAndRecordsTheKeptEpoch()
    {
        string output = run.NewOutput();
        string[] train = [.. run.Arguments("linear", output, epochs: "12"), "--early-stopping", "2"];

        string errors = await Ends(0, train);

        errors.Should().Contain("Early stopping: training ends after 2 epochs in a row without a higher accuracy on the validation images");
        JsonElement[] epochs = [.. File.ReadLines(Path.Combine(output, "training.jsonl")).Select(line => JsonElement.Parse(line))
            .Where(row => row.TryGetProperty("epoch", out _))];
        int best = epochs.MaxBy(row => row.GetProperty("validation_accuracy").GetDouble()).GetProperty("epoch").GetInt32();
        epochs.Should().HaveCount(Math.Min(12, best + 3));
        epochs[^1].GetProperty("kept_epoch").GetInt32().Should().Be(best);
        Config(output).GetProperty("kept_epoch").GetInt32().Should().Be(best);
        Config(output).GetProperty("options").GetProperty("early_stopping_patience").GetInt32().Should().Be(2);
        errors.Should().Contain($"the weights of epoch {best + 1} are kept; training ended after {epochs.Length} of 12 epochs");
        (await Ends(1, [.. train[..^1], "3", "--resume"])).Should().Contain("EarlyStoppingPatience was 2 and is 3");
    }

    [Theory, InlineData("--validation", "none"), InlineData("--recipe", "paper")]
    public async Task Train_EarlyStoppingWithoutValidationImages_SaysWhatToDo(string flag, string value)
    {
        string output = run.NewOutput();

        (await Ends(2, [.. run.Arguments("linear", output), "--early-stopping", "2", flag, value]))
            .Should().Contain("--early-stopping is 2, and there are no validation images").And.Contain("--validation DIR");
        Directory.Exists(output).Should().BeFalse();
    }

    [Fact]
    public async Task Train_EarlyStoppingInterrupted_GoesOnToTheSameResults()
    {
        if (OperatingSystem.IsWindows()) return; // no signal that one process could send to another
        string undisturbed = run.NewOutput(), output = run.NewOutput();
        string[] Arguments(string into) => [.. run.Arguments("end-to-end", into, epochs: "12"), "--early-stopping", "2"];
        await Ends(0, Arguments(undisturbed));
        using ToolProcess tool = ToolProcess.Start(Arguments(output));
        while (!tool.HasExited && TrainingRun.Saved(output) < 4) await Task.Delay(5);
        tool.Signal(15);
        await tool.EndAsync();

        await Ends(0, [.. Arguments(output), "--resume"]);

        TrainingRun.Results.Read(output).Should().Be(TrainingRun.Results.Read(undisturbed));
    }

    private string Weights(string text)
    {
        File.WriteAllText(_folder.At("weights.txt"), text);
        return _folder.At("weights.txt");
    }

    private static JsonElement Config(string output) => JsonElement.Parse(File.ReadAllText(Path.Combine(output, "config.json")));

    private static async Task<string> Ends(int expected, string[] arguments)
    {
        var (exitCode, _, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().Be(expected, errors);
        return errors;
    }
}
