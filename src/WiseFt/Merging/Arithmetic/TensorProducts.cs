using System.Numerics;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Inner products of tensors or of their task vectors, in float64, the same whatever the number of threads: sums of pieces of a
/// fixed length are added in the pieces' order.</summary>
internal static class TensorProducts
{
    private const int ChunkLength = 1 << 16;

    /// <summary>The products of the tensors of one name.</summary>
    /// <param name="of">Of the tensors, or of their differences from the first.</param>
    /// <param name="tensors">The tensors, of one shape.</param>
    public static InnerProducts Measure(ProductsOf of, IReadOnlyList<Tensor> tensors)
    {
        int vectors = of == ProductsOf.TaskVectors ? tensors.Count - 1 : tensors.Count;
        if (of == ProductsOf.Nothing) return new InnerProducts(0, []);
        using var scope = NewDisposeScope();
        Tensor[] plain = [.. tensors.Select(Plain)];
        nint[] addresses = [.. plain.Select(TensorBytes.Address)];
        long length = plain[0].numel();
        int chunks = (int)((length + ChunkLength - 1) / ChunkLength);
        double[][] sums = new double[chunks][];
        if (chunks == 1) SumChunk(0);
        else Parallel.For(0, chunks, SumChunk);
        GC.KeepAlive(plain);
        double[] total = new double[vectors * vectors];
        foreach (double[] sum in sums) Add(total, sum);
        return new InnerProducts(vectors, total);

        void SumChunk(int chunk)
        {
            long start = (long)chunk * ChunkLength;
            sums[chunk] = Products(addresses, start, (int)Math.Min(ChunkLength, length - start), of == ProductsOf.TaskVectors);
        }
    }

    /// <summary>Adds products of other parts of the same vectors.</summary>
    public static void Add(Span<double> total, ReadOnlySpan<double> part)
    {
        for (int i = 0; i < total.Length; i++) total[i] += part[i];
    }

    private static Tensor Plain(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.IsPlain() ? tensor : tensor.to(CPU).to(float32).contiguous();

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
