using System.Diagnostics;

namespace WiseFt.Benchmarks;

/// <summary>How long something took, in seconds.</summary>
/// <param name="Wall">By the clock.</param>
/// <param name="Processor">Of all of this process's threads together.</param>
internal readonly record struct Duration(double Wall, double Processor)
{
    public static Duration Of(Action action)
    {
        var clock = Clock.Start();
        action();
        return clock.Read();
    }

    /// <summary>A moment from which to measure.</summary>
    internal readonly record struct Clock(long Timestamp, TimeSpan Processor)
    {
        public static Clock Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

        public Duration Read() =>
            new(Stopwatch.GetElapsedTime(Timestamp).TotalSeconds, (Environment.CpuUsage.TotalTime - Processor).TotalSeconds);
    }
}
