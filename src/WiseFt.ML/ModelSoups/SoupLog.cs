using System.Globalization;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Writes which run of a soup is trained, and how it goes on, to the context's log, and passes progress on.</summary>
internal sealed class SoupLog(IChannel channel, IProgress<SoupProgress>? next, IProgress<string>? nextNotes)
    : IProgress<SoupProgress>, IProgress<string>
{
    private EpochLog? _run;
    private int _number;

    /// <summary>What recipes call a run.</summary>
    public static string Name(SoupRun run) => FormattableString.Invariant($"run {run.Number}");

    /// <summary>What came of a run.</summary>
    public static string Outcome(SoupRun run) =>
        $"Run {run.Number.ToString(CultureInfo.InvariantCulture)}, {Settings(run.Options)}: " +
        (run.ValidationAccuracy is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $"validation accuracy {100 * accuracy:0.0} %, ") : "") +
        (run.Joined ? "joined." : "left out.");

    public void Report(string value)
    {
        channel.Info(value);
        nextNotes?.Report(value);
    }

    public void Report(SoupProgress value)
    {
        if (value.Run != _number) Begin(value);
        if (value.Step is { } step) _run!.Report(step);
        next?.Report(value);
    }

    private static string Settings(FineTuningOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"learning rate {options.LearningRate:0.###e+0}, {options.Epochs} epochs, batch size {options.BatchSize}, seed {options.Seed}");

    private void Begin(SoupProgress value)
    {
        (_number, _run) = (value.Run, new EpochLog(channel, value.Options, null, null));
        channel.Info(string.Create(
            CultureInfo.InvariantCulture,
            $"Run {value.Run} of {value.Runs}: {Settings(value.Options)}{(value.Step is null ? ", finished before" : "")}."));
    }
}
