using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The numbers of a plain float32 tensor, in pieces of a fixed length. The tensor must stay alive while they are used.</summary>
/// <param name="tensor">Float32, contiguous, on the CPU.</param>
internal readonly struct FloatElements(Tensor tensor)
{
    private const int ChunkLength = 1 << 16;

    private readonly nint _address = TensorBytes.Address(tensor);

    /// <summary>How many there are.</summary>
    public long Length { get; } = tensor.numel();

    /// <summary>Consecutive ones.</summary>
    public unsafe Span<float> Span(long start, int count) => new(Pointer(start), count);

    /// <summary>Where one of them lies.</summary>
    public unsafe float* Pointer(long start) => (float*)_address + start;

    /// <summary>All of them, piece by piece in order.</summary>
    /// <param name="work">Takes where a piece starts and how long it is.</param>
    public void InOrder(Action<long, int> work)
    {
        for (long start = 0; start < Length; start += ChunkLength) work(start, (int)Math.Min(ChunkLength, Length - start));
    }

    /// <summary>All of them, pieces in any order and, where there are several, at the same time.</summary>
    /// <param name="work">Takes where a piece starts and how long it is.</param>
    public void InParallel(Action<long, int> work)
    {
        if (Length <= ChunkLength) InOrder(work);
        else InParallel(Length, work);
    }

    private static void InParallel(long length, Action<long, int> work) =>
        Parallel.For(0, (length + ChunkLength - 1) / ChunkLength, chunk =>
            work(chunk * ChunkLength, (int)Math.Min(ChunkLength, length - chunk * ChunkLength)));
}
