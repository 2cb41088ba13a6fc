using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>A module of a TorchScript archive: the name of its generated class, and its attributes.</summary>
internal sealed class PickleObject(PickleGlobal type)
{
    public PickleGlobal Type { get; } = type;

    public object? State { get; set; }
}

/// <summary>Bytes that tensors view, named by the key under which the archive holds them.</summary>
internal sealed record PickleStorage(string Key, ScalarType Type, long Count)
{
    public long ByteLength => checked(Count * Type.ElementSize());
}

/// <summary>A value that is neither a tensor nor part of a name: a device, a dtype.</summary>
internal sealed record PickleOpaque(string Name);

/// <summary>A strided view of a storage: what <c>torch._utils._rebuild_tensor_v2</c> would build.</summary>
internal sealed class PickleTensor
{
    // These keep every product below in 128 bits.
    public const int MaximumRank = 16;
    private const long MaximumCount = 1L << 48;

    private PickleTensor(PickleStorage storage, long offset, ImmutableArray<long> shape, ImmutableArray<long> strides, long count) =>
        (Storage, Offset, Shape, Strides, Count) = (storage, offset, shape, strides, count);

    public PickleStorage Storage { get; }

    /// <summary>The first element's index in the storage.</summary>
    public long Offset { get; }

    public ImmutableArray<long> Shape { get; }

    public ImmutableArray<long> Strides { get; }

    /// <summary>How many elements the tensor has.</summary>
    public long Count { get; }

    public long ByteLength => Count * Storage.Type.ElementSize();

    /// <summary>How many elements of the storage lie between the first and the last that the tensor uses, both included.</summary>
    public long Extent => Count == 0 ? 0 : 1 + Shape.Zip(Strides, (extent, stride) => (extent - 1) * stride).Sum();

    /// <summary>Whether the elements lie side by side in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected) return false;
                expected *= Shape[i];
            }
            return true;
        }
    }

    /// <summary>The view, or in <paramref name="problem"/> why there is none.</summary>
    public static PickleTensor? Create(
        PickleStorage storage, long offset, ImmutableArray<long> shape, ImmutableArray<long> strides, out string problem)
    {
        problem = Problem(storage, offset, shape, strides);
        return problem.Length > 0 ? null : new(storage, offset, shape, strides, shape.Aggregate(1L, (product, extent) => product * extent));
    }

    private static string Problem(PickleStorage storage, long offset, ImmutableArray<long> shape, ImmutableArray<long> strides)
    {
        if (shape.Length != strides.Length || shape.Length > MaximumRank)
            return $"has {shape.Length} extents and {strides.Length} strides";
        if (offset < 0 || shape.Any(e => e < 0) || strides.Any(s => s < 0)) return "has a negative extent, stride or offset";
        Int128 elements = 1;
        Int128 last = offset;
        for (int i = 0; i < shape.Length; i++)
        {
            elements *= Math.Max(shape[i], 1);
            if (elements > MaximumCount) return $"has the impossible shape ({string.Join(", ", shape)})";
            last += (Int128)Math.Max(shape[i] - 1, 0) * strides[i];
        }
        return last >= storage.Count && !shape.Contains(0)
            ? $"of shape ({string.Join(", ", shape)}) reaches element {last} of storage '{storage.Key}', which has {storage.Count}"
            : "";
    }
}
