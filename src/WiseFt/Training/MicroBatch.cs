using System.Threading.Channels;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>A part of a batch that is in memory at once.</summary>
/// <param name="Indices">Which images.</param>
/// <param name="Input">float32 (N, 3, R, R) pixels or (N, E) features.</param>
/// <param name="Labels">int64 (N).</param>
/// <param name="Weights">What each image counts, without its class's weight: float32 (N); null where all count 1.</param>
internal sealed record MicroBatch(int[] Indices, Tensor Input, Tensor Labels, Tensor? Weights) : IDisposable
{
    private const int DefaultAhead = 2;

    /// <summary>Loads micro-batches one after the other on a background thread, a few ahead of their use.</summary>
    /// <param name="input">What to load from.</param>
    /// <param name="parts">The images of each micro-batch.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="device">Where they will be used: a GPU reads pinned memory itself, while the processor goes on.</param>
    /// <param name="ahead">How many are in memory at most besides the one in use.</param>
    /// <remarks>It stops when the enumeration is given up.</remarks>
    public static IEnumerable<MicroBatch> Prefetch(
        TrainingInput input, IReadOnlyList<int[]> parts, int epoch, Device device, int ahead = DefaultAhead)
    {
        using var stop = new CancellationTokenSource();
        Channel<MicroBatch> channel = Channel.CreateBounded<MicroBatch>(
            new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        Task producer = Task.Run(() => Produce(channel.Writer, input, parts, epoch, device, stop.Token), CancellationToken.None);
        try
        {
            foreach (int[] _ in parts) yield return Take(channel.Reader);
        }
        finally
        {
            stop.Cancel();
            producer.Wait(CancellationToken.None);
            while (channel.Reader.TryRead(out MicroBatch? unused)) unused.Dispose();
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Input.Dispose();
        Labels.Dispose();
        Weights?.Dispose();
    }

    private static async Task Produce(
        ChannelWriter<MicroBatch> writer, TrainingInput input, IReadOnlyList<int[]> parts, int epoch, Device device, CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            foreach (int[] part in parts)
            {
                stop.ThrowIfCancellationRequested();
                MicroBatch batch = Load(input, part, epoch, device);
                try
                {
                    await writer.WriteAsync(batch, stop).ConfigureAwait(false);
                }
                catch
                {
                    batch.Dispose();
                    throw;
                }
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
        writer.Complete(failure); // the reader throws it
    }

    private static MicroBatch Load(TrainingInput input, int[] part, int epoch, Device device)
    {
        Tensor pixels = input.Load(part, epoch).DetachFromDisposeScope();
        Tensor labels = tensor(part.Select(i => (long)input.Labels[i]).ToArray()).DetachFromDisposeScope();
        Tensor? weights = input.Weights.OfExamples(part)?.DetachFromDisposeScope();
        if (device.type != DeviceType.CUDA) return new MicroBatch(part, pixels, labels, weights);
        using Tensor pageable = pixels, pageableLabels = labels;
        using Tensor? pageableWeights = weights;
        return new MicroBatch(part, pageable.pin_memory(), pageableLabels.pin_memory(), pageableWeights?.pin_memory());
    }

    private static MicroBatch Take(ChannelReader<MicroBatch> reader)
    {
        try
        {
            return reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException e) when (e.InnerException is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }
}
