using System.Text.Json;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

/// <summary>A sweep that is stopped goes on with what it has written down, and ends with the same report.</summary>
public sealed class SweepJournalTests : IDisposable
{
    private static readonly AlphaSweepOptions _options = new() { Alphas = [0, 0.5, 1], OutputEnsembles = true };

    private readonly TemporaryFolder _folder = new();
    private readonly SmallRun _run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
    private readonly ImageClassifier _fineTuned;
    private readonly LabelledImages _reference = Enough();

    public SweepJournalTests() => _fineTuned = _run.Train();

    private string Path => _folder.At("journal.jsonl");

    public void Dispose()
    {
        _fineTuned.Dispose();
        _run.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Fault("sweep stopped", "after two pieces of 32 images, the second cut short", "goes on; the same report to the bit")]
    public void Run_StoppedAndResumed_GivesTheSameReport()
    {
        RobustnessReport expected = AlphaSweep.Run(_run.ZeroShot, _fineTuned, _reference, [], _options);
        StopAfterAPiece();
        File.ReadLines(Path).Should().HaveCount(3, "a line says which sweep, and each piece is one");
        File.WriteAllText(Path, File.ReadAllText(Path)[..^20]); // as a kill leaves it

        RobustnessReport resumed = Sweep(_options, resume: true, null);

        JsonSerializer.Serialize(resumed.Results).Should().Be(JsonSerializer.Serialize(expected.Results));
        JsonSerializer.Serialize(resumed.OutputEnsembles).Should().Be(JsonSerializer.Serialize(expected.OutputEnsembles));
        resumed.Divergences.Should().Equal(expected.Divergences);
        File.Exists(Path).Should().BeFalse("a sweep that has ended needs no journal");
    }

    [Fact]
    public void Run_Resumed_EvaluatesOnlyWhatIsMissing()
    {
        StopAfterAPiece();
        long total = 0;
        Sweep(_options, resume: true, new Reported<WorkProgress>(p => total = p.Total));
        total.Should().Be(3L * (_reference.Count - 64));
    }

    [Fact]
    public void Run_JournalOfAnotherSweep_IsRefused()
    {
        StopAfterAPiece();
        FluentActions.Invoking(() => Sweep(_options with { Alphas = [0, 1] }, resume: true, null))
            .Should().Throw<InvalidDataException>().WithMessage("*is of another sweep*delete it to start anew*");
        FluentActions.Invoking(() => Sweep(_options, resume: false, null)).Should().Throw<IOException>().WithMessage("*has not ended*");
    }

    [Fact]
    public void Run_DamagedJournal_IsRefused()
    {
        StopAfterAPiece();
        string[] lines = File.ReadAllLines(Path);
        File.WriteAllText(Path, lines[0] + "\n{\"Piece\": 3}\n");
        FluentActions.Invoking(() => Sweep(_options, resume: true, null)).Should().Throw<InvalidDataException>().WithMessage("*damaged*");
    }

    /// <summary>Leaves a journal with the first piece, as a sweep that is stopped then.</summary>
    private void StopAfterAPiece()
    {
        using var journal = new SweepJournal(Path, resume: false);
        journal.Begin(SweepJournal.Identity(
            _run.ZeroShot, _fineTuned.Weights, [(RobustnessReport.ReferenceName, _reference)], [null], _options)).Should().BeEmpty();
        using var run = new SweepRun(_run.ZeroShot, _run.ZeroShot.Weights, _fineTuned.Weights, [_reference], [null], _options);
        run.Evaluate([.. SweepPiece.All([_reference.Count]).Take(2)], journal.Add, null, CancellationToken.None);
    }

    private RobustnessReport Sweep(AlphaSweepOptions options, bool resume, IProgress<WorkProgress>? progress)
    {
        using var journal = new SweepJournal(Path, resume);
        RobustnessReport report = AlphaSweep.Run(
            _run.ZeroShot, _fineTuned, _reference, [], options, journal, progress, CancellationToken.None);
        journal.Images.Should().Be(_reference.Count);
        journal.Finish();
        return report;
    }

    private static LabelledImages Enough()
    {
        LabelledImages few = SmallRun.Images(12);
        int[] places = [.. Enumerable.Range(0, few.Count), .. Enumerable.Range(0, few.Count)];
        return new LabelledImages(few.ClassNames, [.. places.Select(i => few.Images[i])], [.. places.Select(i => few.Labels[i])]);
    }
}
