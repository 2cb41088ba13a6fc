using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Threads that compute on one core each. A batch is cut into parts, of which each thread takes the next when it is done
/// with one.</summary>
/// <remarks>
/// Where libtorch's threads are not OpenMP's, everything is computed on the calling thread.
/// libtorch cuts every operation instead and waits for the slowest thread after each: where another program has one of two cores, that
/// halves the speed of both. Here a late thread costs a part of a batch, and what a part makes stays in its core's cache.
/// </remarks>
internal static class CoreWorkers
{
    private const int PartsEach = 2;

    private static readonly Lazy<BlockingCollection<Action>?> _queue = new(Start);

    private static int Count => Math.Min(Environment.ProcessorCount, get_num_threads());

    /// <summary>Computes something of each row of a batch.</summary>
    /// <param name="batch">(N, …).</param>
    /// <param name="largestPart">How many rows a thread takes at most.</param>
    /// <param name="compute">From some rows, (n, …), to (n, D), on any thread.</param>
    /// <returns>(N, D).</returns>
    /// <remarks>With one thread, by <see cref="set_num_threads"/> or the machine, or of one row: on this thread, at once.</remarks>
    public static Tensor Run(Tensor batch, int largestPart, Func<Tensor, Tensor> compute)
    {
        int workers = Count;
        long rows = batch.shape[0];
        if (workers < 2 || rows < 2 || _queue.Value is not { } queue) return compute(batch);
        int size = (int)Math.Clamp((rows + (PartsEach * workers) - 1) / (PartsEach * workers), 1, largestPart);
        using var work = new Work(batch, size, compute);
        for (int w = 0; w < workers; w++) queue.Add(work.Run);
        return work.Result(workers);
    }

    private static BlockingCollection<Action>? Start()
    {
        if (!OpenMP.IsFound) return null;
        var queue = new BlockingCollection<Action>();
        for (int w = 0; w < Environment.ProcessorCount; w++)
        {
            new Thread(() =>
            {
                OpenMP.UseThreads(1);
                foreach (Action action in queue.GetConsumingEnumerable()) action();
            })
            { IsBackground = true, Name = $"WiseFt core {w}" }.Start();
        }
        return queue;
    }

    private sealed class Work(Tensor batch, int size, Func<Tensor, Tensor> compute) : IDisposable
    {
        private readonly Tensor?[] _parts = new Tensor?[(batch.shape[0] + size - 1) / size];
        private readonly SemaphoreSlim _done = new(0);
        private ExceptionDispatchInfo? _failure;
        private int _next;

        public void Run()
        {
            for (int part = Take(); part < _parts.Length && _failure is null; part = Take())
            {
                try
                {
                    long start = (long)part * size;
                    using Tensor rows = batch.narrow(0, start, Math.Min(size, batch.shape[0] - start));
                    _parts[part] = compute(rows).DetachFromDisposeScope();
                }
                catch (Exception e)
                {
                    _failure ??= ExceptionDispatchInfo.Capture(e);
                }
            }
            _done.Release();

            int Take() => Interlocked.Increment(ref _next) - 1;
        }

        /// <summary>Waits for all threads that work on it.</summary>
        public Tensor Result(int workers)
        {
            for (int w = 0; w < workers; w++) _done.Wait();
            _failure?.Throw();
            return cat(_parts!);
        }

        public void Dispose()
        {
            foreach (Tensor? part in _parts) part?.Dispose();
            _done.Dispose();
        }
    }
}
