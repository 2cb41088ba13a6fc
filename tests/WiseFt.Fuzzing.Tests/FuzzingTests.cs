using System.Globalization;
using WiseFt.Fuzzing;

namespace WiseFt.Tests;

/// <summary>Damaged and malicious files of every kind are read or refused, in bounded time and memory.
/// WISEFT_MUTATIONS is how many of each kind.</summary>
/// <remarks>In a process of its own: its memory is watched, and a crash in a native decoder would take other tests along.</remarks>
public sealed class FuzzingTests
{
    private const int DefaultMutations = 150;

    /// <summary>How far the process may grow beyond what a reader is allowed; the garbage collector's leisure is the most of it.</summary>
    private const long MostGrowth = 128L << 20;

    private static readonly string[] _head = [
        "files", "what is read", "mutations", "refused", "other exceptions", "longest, ms of processor time", "seconds in all"];

    [Fact]
    [Fault("damaged or malicious files", "mutations of whole files", "read, or refused by name")]
    public void Read_OfMutatedFiles_SucceedsOrSaysWhatIsWrong()
    {
        int count = Environment.GetEnvironmentVariable("WISEFT_MUTATIONS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : DefaultMutations;
        FuzzOutcome[] outcomes = [.. FuzzTargets.All.Select(target =>
        {
            using var run = new FuzzRun(target);
            return run.Run(0, count);
        })];
        FaultAttribute.Provoked(outcomes.Sum(o => o.Files));
        new MeasuredTable("reliability.md", "mutations").Write(_head, outcomes.Select(Row));

        string.Join("\n\n", outcomes.SelectMany(o => o.Failures)).Should().BeEmpty();
        foreach (FuzzOutcome outcome in outcomes)
        {
            outcome.Files.Should().Be(count);
            outcome.Refused.Should().BeGreaterThan(count / 10, $"mutations of {outcome.Target} must do damage");
            outcome.PeakGrowth.Should().BeLessThan(MostGrowth, outcome.Target);
        }
    }

    [Fact]
    public void Document_TableOfMutations_HasEveryTargetWithoutAFailure()
    {
        IReadOnlyList<string[]> rows = new MeasuredTable("reliability.md", "mutations").Rows();

        rows.Select(r => (r[0], r[1])).Should().Equal(
            FuzzTargets.All.Select(t => (t.Name, t.Reads)), "the table is in docs/reliability.md; write it anew with WISEFT_WRITE_DOCS=1");
        rows.Should().OnlyContain(r => r[4] == "0");
        rows.Sum(r => int.Parse(r[2], NumberStyles.AllowThousands, CultureInfo.InvariantCulture)).Should().BeGreaterThanOrEqualTo(100_000);
    }

    [Theory]
    [InlineData("png"), InlineData("config"), InlineData("mlnet-zip")]
    public void Mutator_OfOneNumber_AlwaysMakesTheSameFile(string target)
    {
        IReadOnlyList<byte[]> seeds = FuzzTargets.Named(target).Seeds();
        byte[] Make(int number) => new Mutator(seeds, [], null).Make(number);

        Make(7).Should().Equal(Make(7));
        Enumerable.Range(0, 50).Select(i => Convert.ToHexString(Make(i))).Distinct().Should().HaveCountGreaterThan(40);
    }

    private static string[] Row(FuzzOutcome o) =>
    [
        $"`{o.Target}`", FuzzTargets.Named(o.Target).Reads, Text(o.Files), Text(o.Refused), Text(o.Failures.Count),
        Text(o.Slowest.TotalMilliseconds), Text(o.Elapsed.TotalSeconds),
    ];

    private static string Text(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
