using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Writes how far long work is to the context's log, at most every few seconds, and passes it on.</summary>
/// <param name="channel">Where to.</param>
/// <param name="what">What is being done.</param>
/// <param name="unit">What is counted, in the plural.</param>
/// <param name="next">Is told everything too; null for nobody.</param>
internal sealed class LoggedProgress(IChannel channel, string what, string unit, IProgress<WorkProgress>? next = null)
    : IProgress<WorkProgress>
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _shown;

    /// <summary>The least time between two lines. Default 5 seconds: short work says nothing on its way.</summary>
    public static TimeSpan DefaultInterval { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="DefaultInterval"/>
    public TimeSpan Interval { get; init; } = DefaultInterval;

    public void Report(WorkProgress value)
    {
        next?.Report(value);
        TimeSpan now = _clock.Elapsed;
        if (now - _shown < Interval || value.Done >= value.Total || value.Done == 0) return;
        _shown = now;
        channel.Info(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {value.Done:N0} of {value.Total:N0} {unit} ({100.0 * value.Done / value.Total:0} %), ") +
            $"{Speed(value.Done, now, unit)}, {Left(now * ((double)(value.Total - value.Done) / value.Done))}.");
    }

    /// <summary>So many things a second: "120 images/s", "0.4 images/s".</summary>
    public static string Speed(long done, TimeSpan elapsed, string unit)
    {
        double speed = done / Math.Max(1e-3, elapsed.TotalSeconds);
        return string.Create(CultureInfo.InvariantCulture, $"{speed:0.#} {unit}/s");
    }

    /// <summary>The time left: "3 s left", "12 min left", "2.5 h left".</summary>
    public static string Left(TimeSpan left) =>
        left.TotalMinutes < 2 ? FormattableString.Invariant($"{left.TotalSeconds:0} s left")
        : left.TotalHours < 2 ? FormattableString.Invariant($"{left.TotalMinutes:0} min left")
        : FormattableString.Invariant($"{left.TotalHours:0.0} h left");
}
