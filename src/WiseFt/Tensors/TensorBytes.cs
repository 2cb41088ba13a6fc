using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>The memory of contiguous CPU tensors. A tensor must stay alive while its memory is used.</summary>
internal static class TensorBytes
{
    /// <summary>How many bytes at a time are moved and then looked at or hashed: they stay in the cache between the two.</summary>
    public const int PieceLength = 1 << 18;

    // A span holds at most 2^31 bytes.
    private const int MaximumChunk = 1 << 30;

    /// <summary>Whether the tensor's elements lie side by side in the computer's own memory.</summary>
    public static bool IsPlain(this Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.is_contiguous();

    /// <summary>Fills a tensor wherever it lies: at once where it is plain, else by way of one that is.</summary>
    /// <param name="destination">The tensor.</param>
    /// <param name="fillPlain">Fills a plain tensor of its type and shape.</param>
    public static void Fill(this Tensor destination, Action<Tensor> fillPlain)
    {
        if (destination.IsPlain())
        {
            fillPlain(destination);
            return;
        }
        using Tensor plain = empty(destination.shape, dtype: destination.dtype);
        fillPlain(plain);
        destination.copy_(plain);
    }

    /// <summary>Where the tensor's first byte lies; zero for an empty tensor.</summary>
    public static unsafe nint Address(Tensor tensor)
    {
        if (tensor.numel() == 0) return 0;
        // TorchSharp's own span covers whole tensors up to its limit; the first byte is all that is needed.
        using Tensor flat = tensor.detach();
        using Tensor row = flat.view(-1);
        using Tensor first = row.narrow(0, 0, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    /// <summary>Consecutive pieces of the tensor's bytes, as managed memory.</summary>
    public static IEnumerable<Memory<byte>> ByteChunks(this Tensor tensor)
    {
        long length = tensor.numel() * tensor.ElementSize;
        nint start = Address(tensor);
        for (long offset = 0; offset < length; offset += MaximumChunk)
        {
            using var memory = new NativeMemory(start + (nint)offset, (int)Math.Min(MaximumChunk, length - offset));
            yield return memory.Memory;
        }
        GC.KeepAlive(tensor);
    }

    /// <summary>The same in pieces of at most <see cref="PieceLength"/>.</summary>
    public static IEnumerable<Memory<byte>> BytePieces(this Tensor tensor) => tensor.ByteChunks().SelectMany(InPieces);

    /// <summary>Pieces of at most <see cref="PieceLength"/>.</summary>
    public static IEnumerable<Memory<byte>> InPieces(Memory<byte> bytes)
    {
        for (int start = 0; start < bytes.Length; start += PieceLength)
            yield return bytes[start..Math.Min(start + PieceLength, bytes.Length)];
    }

    private sealed unsafe class NativeMemory(nint address, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new((byte*)address, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)address + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
