using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Reads many tensors on several threads: one thread copies at half of what the memory can do.</summary>
internal static class ParallelReading
{
    /// <summary>Does something with each item, begun in their order, without gradients; throws what the first failure threw.</summary>
    public static void ForEach<T>(IEnumerable<T> items, Action<T> read)
    {
        if (items is IReadOnlyList<T> { Count: 1 } one)
        {
            Read(one[0]);
            return;
        }
        try
        {
            Parallel.ForEach(
                Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, Read);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        void Read(T item)
        {
            using IDisposable grad = no_grad(); // gradients are each thread's own setting
            read(item);
        }
    }
}
