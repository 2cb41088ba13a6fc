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
