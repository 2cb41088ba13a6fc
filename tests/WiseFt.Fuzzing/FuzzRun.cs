using System.Diagnostics;

namespace WiseFt.Fuzzing;

/// <summary>Reads many mutations of a target's seeds and watches what each costs.</summary>
internal sealed class FuzzRun : IDisposable
{
    /// <summary>Processor time that one file may take.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>Managed bytes that one file may take, all in all, for each of its own, beside the target's allowance.</summary>
    public const int MostBytesPerByte = 64;

    private static readonly TimeSpan _hung = TimeSpan.FromSeconds(60);

    private readonly FuzzTarget _target;
    private readonly string _folder = WorkFolder.Create();
    private readonly IReadOnlyList<byte[]> _seeds;
    private readonly Mutator _mutator;

    public FuzzRun(FuzzTarget target)
    {
        _target = target;
        _seeds = target.Seeds();
        _mutator = new Mutator(_seeds, target.Words, target.Repair);
    }

    /// <summary>Reads the seeds, which must succeed, then the mutations.</summary>
    /// <param name="first">The number of the first mutation.</param>
    /// <param name="count">How many.</param>
    public FuzzOutcome Run(int first, int count)
    {
        foreach (byte[] seed in _seeds) _target.Read([.. seed], EmptyFolder()); // compiles, too, what is no mutation's cost
        long resident = ResidentMemory.ResetPeak();
        var clock = Stopwatch.StartNew();
        var outcome = new FuzzOutcome(_target.Name);
        for (int i = first; i < first + count; i++) outcome = outcome.With(Read(i, _mutator.Make(i)));
        return outcome with { Elapsed = clock.Elapsed, PeakGrowth = Math.Max(0, ResidentMemory.Peak() - resident) };
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private FuzzCost Read(int number, byte[] content)
    {
        string folder = EmptyFolder();
        int length = content.Length;
        // A crash takes the process with it: the file that made it is left behind.
        string input = Path.Combine(_folder, "input");
        File.WriteAllBytes(input, content);
        using var watchdog = new Timer(
            _ => Environment.FailFast($"{_target.Name}: mutation {number} ({input}) is not done after {_hung.TotalSeconds} s."), null,
            _hung, Timeout.InfiniteTimeSpan);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        try
        {
            bool isRead = _target.TryRead(content, folder);
            var cost = new FuzzCost(isRead, Environment.CpuUsage.TotalTime - processor, GC.GetAllocatedBytesForCurrentThread() - allocated);
            string? excess = cost.Time > MostTime
                ? FormattableString.Invariant($"{cost.Time.TotalSeconds:0.0} s of processor time for {length:N0} bytes")
                : cost.Bytes > _target.Allowance + (long)MostBytesPerByte * length
                    ? FormattableString.Invariant($"{cost.Bytes:N0} managed bytes for a file of {length:N0}")
                : null;
            return excess is null ? cost : cost with { Failure = Keep(number, input, excess) };
        }
        catch (Exception e)
        {
            return new FuzzCost(false, default, 0)
            {
                Failure = Keep(
                    number, input, $"{e.GetType().Name} instead of {string.Join(" or ", _target.Refusals.Select(r => r.Name))}: {e}"),
            };
        }
    }

    private string EmptyFolder()
    {
        string folder = Path.Combine(_folder, "work");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private string Keep(int number, string input, string what)
    {
        string kept = Path.Combine(Path.GetTempPath(), FormattableString.Invariant($"wiseft-fuzz-{_target.Name}-{number}"));
        File.Copy(input, kept, overwrite: true);
        return FormattableString.Invariant($"{_target.Name}: mutation {number}, kept as {kept}: {what}");
    }
}
