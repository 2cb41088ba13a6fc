using System.Buffers;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>The memory of a contiguous CPU tensor as managed memory, in pieces since a span holds at most 2^31 bytes.</summary>
internal static class TensorBytes
{
    private const int MaximumChunk = 1 << 30;

    /// <summary>Consecutive pieces of the tensor's bytes. The tensor must stay alive while they are used.</summary>
    public static IEnumerable<Memory<byte>> ByteChunks(this Tensor tensor)
    {
        long length = tensor.numel() * tensor.ElementSize;
        for (long offset = 0; offset < length; offset += MaximumChunk)
        {
            using var memory = new NativeMemory(tensor, offset, (int)Math.Min(MaximumChunk, length - offset));
            yield return memory.Memory;
        }
    }

    private sealed unsafe class NativeMemory(Tensor tensor, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new((byte*)Pointer(), length);

        public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)Pointer() + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }

        private IntPtr Pointer() => First(tensor) + (nint)offset;

        // TorchSharp's own span covers whole tensors only; its first byte is all that is needed.
        private static IntPtr First(Tensor tensor)
        {
            using Tensor first = tensor.view(-1)[TensorIndex.Slice(0, 1)];
            return (IntPtr)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(first.bytes));
        }
    }
}
