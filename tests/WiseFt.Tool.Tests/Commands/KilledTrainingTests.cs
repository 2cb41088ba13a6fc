using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace WiseFt.Tool.Tests;

/// <summary>Training that is killed at random moments, and goes on. WISEFT_KILLS says how often in each mode (default 4).</summary>
[Collection(TrainingRun.Processes)]
public sealed class KilledTrainingTests(TrainingRun run, ITestOutputHelper log)
{
    private static readonly ConcurrentDictionary<string, int[]> _measured = new();
    private static readonly int _kills = int.Parse(Environment.GetEnvironmentVariable("WISEFT_KILLS") ?? "4", CultureInfo.InvariantCulture);

    [Theory, InlineData("linear"), InlineData("end-to-end")]
    [Fault("process killed in training", "SIGKILL at random moments", "the files of a run that nobody killed")]
    public async Task Train_KilledAtRandomMomentsAndResumed_EndsWithTheSameFiles(string mode)
    {
        var clock = Stopwatch.StartNew();
        TrainingRun.Results expected = await run.UndisturbedAsync(mode);
        TimeSpan duration = clock.Elapsed;
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int kills = 0, runs = 0, afterSteps = 0, whileWriting = 0;
        List<string> different = [];
        for (; kills < _kills; runs++)
        {
            string output = run.NewOutput();
            string[] arguments = [.. run.Arguments(mode, output), "--resume"];
            // A run ends when it has survived to its end once, or no kills are left.
            for (bool killed = true; killed && kills < _kills;)
            {
                int before = TrainingRun.Saved(output);
                using ToolProcess tool = ToolProcess.Start(arguments);
                // A quarter of the kills may come at any time from the start of the process on;
                // the others once it has got further than the one before.
                bool further = random.Next(4) > 0;
                while (further && !tool.HasExited && TrainingRun.Saved(output) <= before) await Task.Delay(2);
                await Task.Delay(duration * random.NextDouble() * (further ? 0.15 : 0.9));
                killed = await tool.KillAsync();
                if (!killed) continue;
                kills++;
                if (TrainingRun.Saved(output) > before) afterSteps++;
                if (Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!, "*.tmp", SearchOption.AllDirectories).Length > 0)
                    whileWriting++;
            }
            var (exitCode, _, errors) = await ToolProcess.RunAsync(arguments);
            string? difference = exitCode == 0 ? TrainingRun.Results.Read(output).DifferenceFrom(expected) : errors;
            if (difference is not null) different.Add(difference);
            Directory.Delete(output, recursive: true);
        }
        FaultAttribute.Provoked(kills);
        _measured[mode] = [kills, afterSteps, whileWriting, runs, different.Count];
        new MeasuredTable("reliability.md", "kills").Write(
            [
                "mode", "kills", "of these, after steps that the start before had not done", "with a half-written file left",
                "runs that went on to their end", "runs whose files differ"],
            _measured.OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => (string[])[m.Key, .. m.Value.Select(n => n.ToString("N0", CultureInfo.InvariantCulture))]));
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{mode}: {kills} kills ({afterSteps} after more steps, " +
                $"{whileWriting} that left a half-written file) in {runs} runs; {different.Count} ended otherwise"));
        different.Should().BeEmpty("runs killed at moments drawn from seed {0} end as one that nobody killed", seed);
    }
}
