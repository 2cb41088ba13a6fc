namespace WiseFt.Reports.Tests;

/// <summary>It is always the same minute.</summary>
internal sealed class StoppedClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);
}
