using System.Text.RegularExpressions;

namespace WiseFt.Tool.Tests;

[Collection(TrainingRun.Processes)]
public sealed partial class InterruptedTrainingTests(TrainingRun run)
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(15)]
    [Fault("Ctrl+C, SIGTERM in training", "signal to wiseft train", "saved; exit code 130; the command that goes on")]
    public async Task Train_Interrupted_SavesAndPrintsTheCommandThatGoesOn(int signal)
    {
        if (OperatingSystem.IsWindows()) return; // no signal that one process could send to another
        string output = run.NewOutput();
        string[] arguments = run.Arguments("end-to-end", output);
        using ToolProcess tool = ToolProcess.Start(arguments);
        while (!tool.HasExited && TrainingRun.Saved(output) == 0) await Task.Delay(5);
        tool.Signal(signal);
        var (exitCode, _, errors) = await tool.EndAsync();

        exitCode.Should().Be(130, errors);
        TrainingRun.Saved(output).Should().BeInRange(1, 8);
        Directory.GetFiles(output).Should().BeEmpty("training has not ended");
        errors.Should().Contain("Interrupted. The run is saved in ");

        string[] goOn = Words().Matches(errors[errors.LastIndexOf("  wiseft ", StringComparison.Ordinal)..].Trim())
            .Select(m => m.Value.Trim('\'')).ToArray()[1..];
        goOn.Should().Equal([.. arguments, "--resume"]);
        var (refused, _, refusal) = await ToolProcess.RunAsync(arguments);
        (refused, refusal.Contains("Go on with it", StringComparison.Ordinal) && refusal.Contains("--resume", StringComparison.Ordinal)
            && refusal.Contains("delete", StringComparison.Ordinal)).Should().Be((1, true), refusal);
        var (ended, _, remarks) = await ToolProcess.RunAsync(goOn);
        ended.Should().Be(0, remarks);
        remarks.Should().Contain("Going on after step ");
        TrainingRun.Results.Read(output).Should().Be(await run.UndisturbedAsync("end-to-end"));
    }

    [Theory]
    [InlineData("1", "en_US.UTF-8")]
    [InlineData("7", "de_DE.UTF-8")]
    [Fault("another language")]
    public async Task Train_OtherNumberOfDecodingThreadsAndLanguage_GivesTheSameFiles(string processors, string language)
    {
        string output = run.NewOutput();

        var (exitCode, _, errors) = await ToolProcess.RunAsync(
            run.Arguments("end-to-end", output), ("DOTNET_PROCESSOR_COUNT", processors), ("LC_ALL", language));

        exitCode.Should().Be(0, errors);
        TrainingRun.Results.Read(output).Should().Be(await run.UndisturbedAsync("end-to-end"));
    }

    [Fact]
    public async Task Train_ResumedWithOtherOptions_SaysWhatChanged()
    {
        string output = run.NewOutput();
        string[] arguments = run.Arguments("linear", output, epochs: "1000"); // the kill comes long before the end
        using (ToolProcess tool = ToolProcess.Start(arguments))
        {
            while (!tool.HasExited && TrainingRun.Saved(output) == 0) await Task.Delay(5);
            await tool.KillAsync();
        }
        File.Exists(Path.Combine(output, "finetuned.safetensors")).Should().BeFalse("the kill came right after a checkpoint");

        var (exitCode, _, errors) = await ToolProcess.RunAsync([.. arguments, "--resume", "--label-smoothing", "0.25"]);

        (exitCode, errors.Contains("LabelSmoothing was 0 and is 0.25", StringComparison.Ordinal)).Should().Be((1, true), errors);
    }

    [GeneratedRegex("'[^']*'|[^ ]+")]
    private static partial Regex Words();
}
