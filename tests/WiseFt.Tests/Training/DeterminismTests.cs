using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class DeterminismTests
{
    [Fact]
    public async Task Run_WithFewOrManyThreadsForDecoding_GivesTheSameWeights()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using ImageClassifier quiet = run.Train();
        using var stop = new CancellationTokenSource();
        // Work that takes threads of the pool away, now and then, from those that decode.
        Task[] load = [.. Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Thread.SpinWait(100_000 * (i + 1));
                await Task.Yield();
            }
        }))];

        using ImageClassifier busy = run.Train();
        await stop.CancelAsync();
        await Task.WhenAll(load);

        SmallRun.AssertEqual(busy, quiet);
    }

    [Theory, InlineData(1), InlineData(7)]
    public void Prefetch_AnyNumberAhead_GivesTheSameMicroBatches(int ahead)
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        TrainingInput input = TrainingImages.Pixels(run.Training, run.ZeroShot.Preprocessor, run.Options);
        int[][] parts = [.. TrainingImages.Order(input.Count, run.Options, epoch: 1).Chunk(3)];

        foreach (var (first, second) in MicroBatch.Prefetch(input, parts, 1).Zip(MicroBatch.Prefetch(input, parts, 1, ahead)))
            using (first)
            using (second)
            {
                second.Indices.Should().Equal(first.Indices);
                WiseFt.WeightSpace.AreEqual(second.Input, first.Input).Should().BeTrue();
                WiseFt.WeightSpace.AreEqual(second.Labels, first.Labels).Should().BeTrue();
            }
    }

    [Fact]
    public void Prefetch_GivenUp_StopsLoading()
    {
        int loaded = 0;
        var input = new TrainingInput(new int[100], (_, _) => { loaded++; return zeros(1); }, i => "");

        foreach (MicroBatch part in MicroBatch.Prefetch(input, [.. Enumerable.Range(0, 100).Select(i => new[] { i })], 0))
        {
            part.Dispose();
            break;
        }

        loaded.Should().BeLessThan(10);
    }
}
