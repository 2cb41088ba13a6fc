using System.Runtime.InteropServices;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The memory in which one thread sums a block of each model. Not for several threads at once.</summary>
internal sealed unsafe class MergeBuffers(int models) : IDisposable
{
    // At another offset in a page the system's copy runs at half its speed on Zen 4.
    private const nuint PageSize = 4096;

    private const int WidestNumber = 8;

    private readonly nint[] _numbers = [.. Enumerable.Range(0, models).Select(_ => Allocate(sizeof(float)))];
    private readonly nint _stored = Allocate(WidestNumber), _sum = Allocate(sizeof(float)), _merged = Allocate(WidestNumber);

    /// <summary>Whether numbers of a type can be summed here.</summary>
    public static bool CanHold(ScalarType type) => type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>A block of one model, as it lies.</summary>
    public ReadOnlySpan<byte> Copy(MergeModel model, string name, long start, int count)
    {
        var block = new Span<byte>((void*)_merged, count * model.Tensors[name].Type.ElementSize());
        model.ReadPart(name, start, block);
        return block;
    }

    /// <summary>A block of the sum of models, in a tensor's type.</summary>
    /// <exception cref="NotFiniteNumberException">A sum is NaN or infinite.</exception>
    public ReadOnlySpan<byte> Sum(IReadOnlyList<MergeModel> from, TensorInfo tensor, long start, int count, double[] coefficients)
    {
        Span<int> summed = stackalloc int[from.Count];
        int length = 0;
        for (int i = 0; i < from.Count; i++)
            if (coefficients[i] != 0) summed[length++] = i;
        if (length == 0) summed[length++] = 0;
        if (length == 1 && coefficients[summed[0]] == 1 && from[summed[0]].Tensors[tensor.Name].Type == tensor.Type)
            return Copy(from[summed[0]], tensor.Name, start, count);
        Span<nint> sources = stackalloc nint[length];
        Span<double> factors = stackalloc double[length];
        for (int i = 0; i < length; i++)
            (sources[i], factors[i]) = (Read(from[summed[i]], summed[i], tensor.Name, start, count), coefficients[summed[i]]);
        if (!LinearCombination.SumFloats(sources, factors, _sum, 0, count)) throw LinearCombination.NotFinite(tensor.Name);
        return Rounded(tensor, count);
    }

    /// <summary>The products of a block of models.</summary>
    public InnerProducts Products(ProductsOf of, IReadOnlyList<MergeModel> from, string name, long start, int count)
    {
        for (int i = 0; i < from.Count; i++) Read(from[i], i, name, start, count);
        InnerProducts products = TensorProducts.None(of, from.Count);
        TensorProducts.Add(products, of, _numbers, count);
        return products;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (nint memory in (nint[])[.. _numbers, _stored, _sum, _merged]) NativeMemory.AlignedFree((void*)memory);
    }

    private static nint Allocate(int width) => (nint)NativeMemory.AlignedAlloc((nuint)(MergeStream.BlockLength * width), PageSize);

    /// <summary>Reads a block of a model into its memory, as float32.</summary>
    private nint Read(MergeModel model, int place, string name, long start, int count)
    {
        ScalarType type = model.Tensors[name].Type;
        var numbers = new Span<float>((void*)_numbers[place], count);
        if (type == ScalarType.Float32)
        {
            model.ReadPart(name, start, MemoryMarshal.AsBytes(numbers));
            return _numbers[place];
        }
        var stored = new Span<ushort>((void*)_stored, count);
        model.ReadPart(name, start, MemoryMarshal.AsBytes(stored));
        if (type == ScalarType.BFloat16)
            for (int i = 0; i < count; i++) numbers[i] = BitConverter.UInt32BitsToSingle((uint)stored[i] << 16);
        else
            for (int i = 0; i < count; i++) numbers[i] = (float)BitConverter.UInt16BitsToHalf(stored[i]);
        return _numbers[place];
    }

    private ReadOnlySpan<byte> Rounded(TensorInfo tensor, int count)
    {
        var sum = new ReadOnlySpan<float>((void*)_sum, count);
        if (tensor.Type == ScalarType.Float32) return MemoryMarshal.AsBytes(sum);
        var merged = new Span<ushort>((void*)_merged, count);
        if (tensor.Type == ScalarType.BFloat16)
            for (int i = 0; i < count; i++) merged[i] = RoundToBFloat16(BitConverter.SingleToUInt32Bits(sum[i]));
        else
            for (int i = 0; i < count; i++) merged[i] = BitConverter.HalfToUInt16Bits((Half)sum[i]);
        Span<byte> bytes = MemoryMarshal.AsBytes(merged);
        return Finite.IndexOfNone(bytes, tensor.Type) < 0 ? bytes : throw LinearCombination.NotFinite(tensor.Name);
    }

    // To the nearest, of two equally near to the even one: as libtorch.
    private static ushort RoundToBFloat16(uint bits) => (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}
