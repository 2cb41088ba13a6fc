using System.Numerics;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Inner products of tensors or of their task vectors, in float64, the same whatever the number of threads: sums of pieces of a
/// fixed length are added in the pieces' order.</summary>
internal static class TensorProducts
{
    /// <summary>How many numbers are summed at a time.</summary>
    public const int ChunkLength = 1 << 16;

    /// <summary>The products of the tensors of one name.</summary>
    /// <param name="of">Of the tensors, or of their differences from the first.</param>
    /// <param name="tensors">The tensors, of one shape.</param>
    public static InnerProducts Measure(ProductsOf of, IReadOnlyList<Tensor> tensors)
    {
        InnerProducts products = None(of, tensors.Count);
        Add(products, of, tensors);
        return products;
    }

    /// <summary>Products of vectors without numbers, to which those of their parts are added.</summary>
    public static InnerProducts None(ProductsOf of, int tensors)
    {
        int vectors = of switch { ProductsOf.Nothing => 0, ProductsOf.TaskVectors => tensors - 1, _ => tensors };
        return new InnerProducts(vectors, new double[vectors * vectors]);
    }

    /// <summary>Adds the products of the next parts of vectors. The sums are those of whole vectors to the bit where every part but the
    /// last has a multiple of <see cref="ChunkLength"/> numbers.</summary>
    public static void Add(InnerProducts total, ProductsOf of, IReadOnlyList<Tensor> tensors)
    {
        if (of == ProductsOf.Nothing) return;
        using var scope = NewDisposeScope();
        Tensor[] plain = [.. tensors.Select(Plain)];
        nint[] addresses = [.. plain.Select(TensorBytes.Address)];
        long length = plain[0].numel();
        int chunks = (int)((length + ChunkLength - 1) / ChunkLength);
        double[][] sums = new double[chunks][];
        if (chunks == 1) SumChunk(0);
        else Parallel.For(0, chunks, SumChunk);
        GC.KeepAlive(plain);
        foreach (double[] sum in sums)
            for (int i = 0; i < sum.Length; i++) total.Values[i] += sum[i];

        void SumChunk(int chunk)
        {
            long start = (long)chunk * ChunkLength;
            sums[chunk] = Products(addresses, start, (int)Math.Min(ChunkLength, length - start), of == ProductsOf.TaskVectors);
        }
    }

    private static Tensor Plain(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.IsPlain() ? tensor : tensor.to(CPU).to(float32).contiguous();

    /// <summary>The products of the next numbers in memory, float32, added to those before.</summary>
    public static void Add(InnerProducts total, ProductsOf of, nint[] addresses, int count)
    {
        double[] sum = Products(addresses, 0, count, of == ProductsOf.TaskVectors);
        for (int i = 0; i < sum.Length; i++) total.Values[i] += sum[i];
    }

    private static unsafe double[] Products(nint[] addresses, long start, int count, bool taskVectors)
    {
        int first = taskVectors ? 1 : 0, vectors = addresses.Length - first;
        double[] products = new double[vectors * vectors];
        for (int i = 0; i < vectors; i++)
            for (int j = i; j < vectors; j++)
                products[i * vectors + j] = products[j * vectors + i] = taskVectors
                    ? Product(At(0), At(first + i), At(first + j), count)
                    : Product(At(i), At(j), count);
        return products;

        float* At(int model) => (float*)addresses[model] + start;
    }

    private static unsafe double Product(float* a, float* b, int count)
    {
        Vector<double> low = default, high = default;
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(a + i), out Vector<double> aLow, out Vector<double> aHigh);
            Vector.Widen(Vector.Load(b + i), out Vector<double> bLow, out Vector<double> bHigh);
            low += aLow * bLow;
            high += aHigh * bHigh;
        }
        double sum = Vector.Sum(low + high);
        for (; i < count; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    private static unsafe double Product(float* origin, float* a, float* b, int count)
    {
        Vector<double> low = default, high = default;
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(origin + i), out Vector<double> oLow, out Vector<double> oHigh);
            Vector.Widen(Vector.Load(a + i), out Vector<double> aLow, out Vector<double> aHigh);
            Vector.Widen(Vector.Load(b + i), out Vector<double> bLow, out Vector<double> bHigh);
            low += (aLow - oLow) * (bLow - oLow);
            high += (aHigh - oHigh) * (bHigh - oHigh);
        }
        double sum = Vector.Sum(low + high);
        for (; i < count; i++) sum += ((double)a[i] - origin[i]) * ((double)b[i] - origin[i]);
        return sum;
    }
}
