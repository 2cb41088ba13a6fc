using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>One model's task matrices, where the largest singular values, which hold a given part of the energy, have one factor and the
/// others another; other tensors are the model's.</summary>
/// <remarks>k is the smallest number of singular values with the energy P of at least R of the whole; with rho = (s_(k+1) / s_1)^2 and
/// c = sqrt(1 - P) the others' factor is rho + (1 - rho) c, and that of the first k is 1 less that. Source: MonoSoup (arXiv 2602.09689),
/// definitions only.</remarks>
internal sealed class MonoSoup(MergeSettings settings) : ITaskVectorMethod
{
    private const double Energy = 0.8, NoEnergy = 1e-12;

    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        if (!TaskMatrices.Are(name, taskVectors[0])) return taskVectors[0];
        using var scope = NewDisposeScope();
        var (u, s, vt) = linalg.svd(TaskMatrices.Sum(name, [taskVectors[0]], [1]), fullMatrices: false);
        double[] values = [.. s.data<double>()];
        if (values.Sum(v => v * v) < NoEnergy) return taskVectors[0];
        var (head, high, low) = Factors(values, settings.Of(p => p.Energy, name) ?? Energy);
        Tensor scaled = tensor([.. values.Select((v, i) => v * (i < head ? high : low))], dtype: float64);
        return u.mul(scaled).matmul(vt).MoveToOuterDisposeScope();
    }

    /// <summary>How many singular values are the head, its factor, and the others'.</summary>
    /// <param name="values">Singular values, largest first, not all zero.</param>
    /// <param name="energy">R.</param>
    public static (int Head, double High, double Low) Factors(double[] values, double energy)
    {
        double total = values.Sum(v => v * v), gathered = 0;
        int head = 0;
        for (; head < values.Length && gathered < energy * total; head++) gathered += values[head] * values[head];
        if (head == values.Length) return (head, 1, 0);
        double ratio = values[head] / values[0], rho = ratio * ratio, c = Math.Sqrt(Math.Max(0, 1 - gathered / total));
        double low = rho + (1 - rho) * c;
        return (head, 1 - low, low);
    }
}
