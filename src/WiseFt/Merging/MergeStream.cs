using System.Collections.Concurrent;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Writes merged tensors to where they belong in a file.</summary>
/// <remarks>
/// Where a method has coefficients, a tensor is read, summed and written in blocks of 65,536 numbers, several at a time, each in its core's
/// cache: that is as fast as the bytes move, and takes a megabyte a thread however large the tensors are. Coefficients that depend on
/// angles read a tensor twice. All other methods have one tensor of each model in memory, and the merged one.
/// </remarks>
internal sealed class MergeStream(
    IMergeMethod method, MergeModel keeper, IReadOnlyList<MergeModel> models, IReadOnlySet<string> kept, FileStream file,
    Action<long> report, CancellationToken cancel) : IDisposable
{
    /// <summary>How many numbers are read at a time.</summary>
    public const int BlockLength = TensorProducts.ChunkLength;

    private const int ManyBlocks = 64; // of which several threads take a share

    private readonly ConcurrentBag<MergeBuffers> _buffers = [];

    /// <summary>Writes all tensors.</summary>
    /// <param name="entries">What there will be, in the order in which they lie.</param>
    /// <param name="start">Where the first one begins.</param>
    public void Write(IReadOnlyList<TensorInfo> entries, long start)
    {
        var places = new List<(TensorInfo Tensor, long Offset)>();
        foreach (TensorInfo entry in entries)
        {
            places.Add((entry, start));
            start += entry.ByteLength;
        }
        file.SetLength(start);
        // Large ones first, so that no thread is left alone with one at the end.
        ParallelReading.ForEach(
            places.Where(p => IsInBlocks(p.Tensor)).OrderByDescending(p => p.Tensor.ElementCount), p => WriteBlocks(p.Tensor, p.Offset));
        foreach (var (tensor, offset) in places.Where(p => !IsInBlocks(p.Tensor))) WriteWhole(tensor, offset);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (MergeBuffers buffers in _buffers) buffers.Dispose();
    }

    private bool IsKept(TensorInfo tensor) => !tensor.IsFloat || kept.Contains(tensor.Name);

    private bool IsInBlocks(TensorInfo tensor) => IsKept(tensor)
        ? keeper.Tensors[tensor.Name].Type == tensor.Type
        : method is CoefficientMerge { Coefficients.ByRow: false } && MergeBuffers.CanHold(tensor.Type)
            && models.All(m => MergeBuffers.CanHold(m.Tensors[tensor.Name].Type));

    private void WriteWhole(TensorInfo tensor, long offset)
    {
        cancel.ThrowIfCancellationRequested();
        using IDisposable grad = no_grad();
        using var scope = NewDisposeScope();
        Tensor whole = empty([.. tensor.Shape], dtype: tensor.Type);
        if (IsKept(tensor)) whole.copy_(keeper.Get(tensor.Name));
        else method.Merge(tensor.Name, whole, models);
        file.Position = offset;
        SafetensorsFile.WriteData(file, whole, tensor.Name);
        file.Flush();
        report(tensor.ElementCount);
    }

    private void WriteBlocks(TensorInfo tensor, long offset)
    {
        double[]? coefficients = IsKept(tensor) ? null : Coefficients(tensor, ((CoefficientMerge)method).Coefficients);
        ForEachBlock(tensor, (buffers, start, count) =>
        {
            ReadOnlySpan<byte> merged = coefficients is null
                ? buffers.Copy(keeper, tensor.Name, start, count)
                : buffers.Sum(models, tensor, start, count, coefficients);
            RandomAccess.Write(file.SafeFileHandle, merged, offset + start * tensor.Type.ElementSize());
            report(count);
        });
    }

    private double[] Coefficients(TensorInfo tensor, ICoefficients rule)
    {
        InnerProducts products = TensorProducts.None(rule.Needs, models.Count);
        if (rule.Needs == ProductsOf.Nothing) return rule.Of(tensor.Name, products);
        var blocks = new InnerProducts[Blocks(tensor)];
        ForEachBlock(tensor, (buffers, start, count) =>
            blocks[start / BlockLength] = buffers.Products(rule.Needs, models, tensor.Name, start, count));
        // In the blocks' order, so that the sum does not depend on which thread was faster.
        foreach (InnerProducts block in blocks)
            for (int i = 0; i < products.Values.Length; i++) products.Values[i] += block.Values[i];
        return rule.Of(tensor.Name, products);
    }

    private static int Blocks(TensorInfo tensor) => (int)((tensor.ElementCount + BlockLength - 1) / BlockLength);

    private void ForEachBlock(TensorInfo tensor, Action<MergeBuffers, long, int> work)
    {
        int blocks = Blocks(tensor);
        if (blocks >= ManyBlocks) ParallelReading.ForEach(Enumerable.Range(0, blocks), Run);
        else
            for (int block = 0; block < blocks; block++) Run(block);

        void Run(int block)
        {
            cancel.ThrowIfCancellationRequested();
            if (!_buffers.TryTake(out MergeBuffers? buffers)) buffers = new MergeBuffers(models.Count);
            try
            {
                long start = (long)block * BlockLength;
                work(buffers, start, (int)Math.Min(BlockLength, tensor.ElementCount - start));
            }
            finally
            {
                _buffers.Add(buffers);
            }
        }
    }
}
