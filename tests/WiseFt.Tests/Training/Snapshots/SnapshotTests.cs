using System.Globalization;
using WiseFt.Training;

namespace WiseFt.Tests;

public sealed class SnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    private SnapshotOptions Snapshots => new() { Directory = _folder.At("checkpoints"), Notes = new Reported<string>(_notes.Add) };

    private SnapshotOptions Resumed => Snapshots with { Resume = true };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("starter-clip", FineTuningMode.EndToEnd, new[] { 1 })]
    [InlineData("starter-clip", FineTuningMode.EndToEnd, new[] { 5, 9 })]
    [InlineData("starter-clip", FineTuningMode.LinearClassifier, new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData("openai-resnet", FineTuningMode.EndToEnd, new[] { 3, 7 })]
    public void Run_StoppedAndResumed_EndsWithTheWeightsAndReportsOfAnUninterruptedRun(string model, FineTuningMode mode, int[] stops)
    {
        using SmallRun run = SmallRun.Of(model, mode);
        List<FineTuningStep> expectedSteps = [], steps = [];
        using ImageClassifier expected = run.Train(progress: new Reported<FineTuningStep>(expectedSteps.Add));

        foreach (int stop in stops) run.TrainUntil(stop, Resumed);
        using ImageClassifier resumed = run.Train(Resumed, new Reported<FineTuningStep>(steps.Add));

        SmallRun.AssertEqual(resumed, expected);
        steps.Select(s => s with { Restored = false }).Should().Equal(expectedSteps);
        steps.Count(s => s.Restored).Should().Be(stops[^1]);
        string.Join('\n', _notes).Should().Contain($"Going on after step {stops[^1]} of 10");
        Directory.Exists(Snapshots.Directory).Should().BeFalse("a run that has ended well needs no checkpoints");
    }

    [Fact]
    public void Run_EveryStep_KeepsTheNewestWithoutHalfWrittenFiles()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);

        using (run.Train(Snapshots with { Every = TimeSpan.Zero, Keep = 3, DeleteWhenDone = false }))
            Names().Should().Equal("images.jsonl", "step-00000008.safetensors", "step-00000009.safetensors", "step-00000010.safetensors");
    }

    [Fact]
    public void Run_EveryFourSteps_SavesThenOnly()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);

        using (run.Train(Snapshots with { EverySteps = 4, DeleteWhenDone = false }))
            Names().Should().Equal("images.jsonl", "step-00000004.safetensors", "step-00000008.safetensors");
    }

    [Theory, InlineData("cut"), InlineData("empty"), InlineData("one bit"), InlineData("one bit of the header"),
        InlineData("another format")]
    [Fault("checkpoint damaged", "a byte changed in one, and in all", "the one before; refused where none is whole")]
    public void Run_NewestSnapshotDamaged_GoesOnFromTheOneBefore(string damage)
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        using ImageClassifier expected = run.Train();
        run.TrainUntil(3, Snapshots);
        run.TrainUntil(6, Resumed);
        Damage(Path.Combine(Snapshots.Directory, "step-00000006.safetensors"), damage);

        using ImageClassifier resumed = run.Train(Resumed);

        SmallRun.AssertEqual(resumed, expected);
        _notes.Should().Contain(n =>
            n.StartsWith("Passed over", StringComparison.Ordinal) && n.Contains("step-00000006.safetensors", StringComparison.Ordinal))
            .And.Contain(n => n.StartsWith("Going on after step 3 ", StringComparison.Ordinal));
    }

    [Fact]
    [Fault("checkpoint damaged")]
    public void Run_EverySnapshotDamaged_RefusesToBeginAnewInSilence()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        run.TrainUntil(3, Snapshots);
        Damage(Path.Combine(Snapshots.Directory, "step-00000003.safetensors"), "cut");

        run.Invoking(r => r.Train(Resumed))
            .Should().Throw<CheckpointException>().WithMessage("*none of 1 checkpoints is whole*Delete the folder*");
    }

    [Fact]
    [Fault("killed while a checkpoint is written", "a half-written file left there", "removed on the next start")]
    public void Run_KilledWhileItWrote_RemovesTheHalfWrittenFile()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        run.TrainUntil(3, Snapshots);
        File.WriteAllText(Path.Combine(Snapshots.Directory, "step-00000004.safetensors.0123456789abcdef0123456789abcdef.tmp"), "half");

        using (run.Train(Resumed with { DeleteWhenDone = false }))
            Names().Should().NotContain(n => n.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_OnSnapshotsWithoutResume_SaysWhatToDo()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        run.TrainUntil(3, Snapshots);

        run.Invoking(r => r.Train(Snapshots))
            .Should().Throw<CheckpointException>().WithMessage("*holds 1 checkpoints*step-00000003*Resume*delete the folder*");
    }

    [Fact]
    [Fault("two runs in one folder", "a second run while the first trains", "the second is refused")]
    public void Run_OnAFolderInUse_Refuses()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        var second = new Reported<FineTuningStep>(_ =>
            run.Invoking(r => r.Train(Resumed)).Should().Throw<IOException>().WithMessage("*in use by another training run*"));

        using (run.Train(Snapshots, second)) Directory.Exists(Snapshots.Directory).Should().BeFalse();
    }

    [Fact]
    [Fault("another language")]
    public void Run_ResumedUnderAnotherCulture_EndsWithTheSameWeights()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            using ImageClassifier expected = run.Train();
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            run.TrainUntil(4, Snapshots);
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            using ImageClassifier resumed = run.Train(Resumed);

            SmallRun.AssertEqual(resumed, expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        FluentActions.Invoking(() => Snapshots with { Every = TimeSpan.FromSeconds(-1) })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Every*at least 0*");
        FluentActions.Invoking(() => Snapshots with { EverySteps = 0 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*EverySteps*");
        FluentActions.Invoking(() => Snapshots with { Keep = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Keep*");
        FluentActions.Invoking(() => Snapshots with { Directory = " " }).Should().Throw<ArgumentException>().WithMessage("*Directory*");
    }

    private IEnumerable<string> Names() =>
        Directory.GetFiles(Snapshots.Directory).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    private static void Damage(string path, string damage)
    {
        byte[] content = File.ReadAllBytes(path);
        if (damage == "one bit") content[^9] ^= 1;
        if (damage == "one bit of the header") content[Array.IndexOf(content, (byte)'.', 8) + 1] ^= 1;
        if (damage == "another format") content.AsSpan().Fill((byte)'x');
        File.WriteAllBytes(path, damage switch { "cut" => content[..(content.Length / 2)], "empty" => [], _ => content });
    }
}
