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
        TrainingInput input = TrainingInput.OfPixels(
            run.Training, run.ZeroShot.Preprocessor, run.Options, ImageStamps.Of(run.Training));
        int[][] parts = [.. TrainingInput.Order(input.Count, run.Options, epoch: 1).Chunk(3)];

        Content[] expected = Contents(MicroBatch.Prefetch(input, parts, 1, CPU));
        Content[] found = Contents(MicroBatch.Prefetch(input, parts, 1, CPU, ahead));

        expected.SelectMany(c => c.Indices).Should().BeEquivalentTo(Enumerable.Range(0, input.Count), "each image comes once");
        found.Length.Should().Be(expected.Length);
        foreach (var (first, second) in expected.Zip(found))
        {
            second.Indices.Should().Equal(first.Indices);
            second.Labels.Should().Equal(first.Labels).And.Equal(first.Indices.Select(i => (long)run.Training.Labels[i]));
            second.Pixels.AsSpan().SequenceEqual(first.Pixels).Should().BeTrue("every byte of every pixel is the same");
            first.Pixels.Distinct().Skip(10).Any().Should().BeTrue("there are pixels to compare");
        }
    }

    [Fact]
    public void Prefetch_GivenUp_StopsLoading()
    {
        int loaded = 0;
        var input = new TrainingInput(new int[100], (_, _) => { loaded++; return zeros(1); }, i => "");

        foreach (MicroBatch part in MicroBatch.Prefetch(input, [.. Enumerable.Range(0, 100).Select(i => new[] { i })], 0, CPU))
        {
            part.Dispose();
            break;
        }

        loaded.Should().BeLessThan(10);
    }

    private static Content[] Contents(IEnumerable<MicroBatch> batches) => [.. batches.Select(batch =>
    {
        using (batch) return new Content(batch.Indices, batch.Labels.data<long>().ToArray(), batch.Input.bytes.ToArray());
    })];

    /// <summary>All numbers of a micro-batch.</summary>
    private sealed record Content(int[] Indices, long[] Labels, byte[] Pixels);
}
