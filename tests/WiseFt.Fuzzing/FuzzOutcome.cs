using System.Collections.Immutable;

namespace WiseFt.Fuzzing;

/// <summary>What reading one file took.</summary>
internal readonly record struct FuzzCost(bool IsRead, TimeSpan Time, long Bytes)
{
    /// <summary>What is wrong with the reader, or null: it threw something else, took too long, or took too much memory.</summary>
    public string? Failure { get; init; }
}

/// <summary>What many files came to.</summary>
internal sealed record FuzzOutcome(string Target)
{
    private const int MostFailures = 20;

    public int Files { get; init; }

    public int Refused { get; init; }

    /// <summary>What went wrong, up to 20 times.</summary>
    public ImmutableList<string> Failures { get; init; } = [];

    public TimeSpan Slowest { get; init; }

    public long MostBytes { get; init; }

    /// <summary>How far the process's memory rose above where it was, native memory included.</summary>
    public long PeakGrowth { get; init; }

    public TimeSpan Elapsed { get; init; }

    public FuzzOutcome With(FuzzCost cost) => this with
    {
        Files = Files + 1,
        Refused = Refused + (cost.IsRead ? 0 : 1),
        Slowest = cost.Time > Slowest ? cost.Time : Slowest,
        MostBytes = Math.Max(MostBytes, cost.Bytes),
        Failures = cost.Failure is null || Failures.Count == MostFailures ? Failures : Failures.Add(cost.Failure),
    };
}
