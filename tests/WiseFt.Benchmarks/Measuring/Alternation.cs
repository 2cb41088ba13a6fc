namespace WiseFt.Benchmarks;

/// <summary>Measures two things in turn, A B A B, after each has run once unmeasured.</summary>
internal static class Alternation
{
    /// <summary>Work per second of A and B; the ratio is above 1 where A is faster.</summary>
    public static Measurement Rates(string label, string unit, int repetitions, (double Work, Action Run) a, (double Work, Action Run) b)
    {
        (Duration A, Duration B)[] times = Times(repetitions, a.Run, b.Run);
        return new Measurement(
            label, unit, [.. times.Select(t => (a.Work / t.A.Wall, b.Work / t.B.Wall))],
            Measurement.Median(times.Select(t => a.Work / t.A.Processor / (b.Work / t.B.Processor))));
    }

    /// <summary>Seconds of A and B; the ratio is above 1 where A is slower.</summary>
    /// <param name="label">What they are.</param>
    /// <param name="repetitions">How often each is measured.</param>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="scaleB">By how much B's work is smaller than A's.</param>
    public static Measurement Seconds(string label, int repetitions, Action a, Action b, double scaleB = 1) =>
        Seconds(label, Times(repetitions, a, b), scaleB);

    /// <inheritdoc cref="Seconds(string, int, Action, Action, double)"/>
    public static Measurement Seconds(string label, IReadOnlyList<(Duration A, Duration B)> times, double scaleB = 1) => new(
        label, "s", [.. times.Select(t => (t.A.Wall, t.B.Wall * scaleB))],
        Measurement.Median(times.Select(t => t.A.Processor / (t.B.Processor * scaleB))));

    private static (Duration A, Duration B)[] Times(int repetitions, Action a, Action b)
    {
        a();
        b();
        return [.. Enumerable.Range(0, repetitions).Select(_ => (Duration.Of(a), Duration.Of(b)))];
    }
}
