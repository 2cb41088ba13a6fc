using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The matrix m that interferes least with the task matrices: it minimises sum of |(m - tau_i) tau_i^T|^2 / |tau_i|^2 by Adam from
/// their sum; of other tensors the mean of the task vectors.</summary>
/// <param name="settings">The numbers.</param>
/// <param name="cancellation">Stops it between two steps.</param>
/// <remarks>No data is needed. A model whose matrix is the base's, by whose norm nothing can be divided, is left out. Computed in float32
/// as its authors do: what is rounded off is far below Adam's epsilon. Source: Cheng et al., Whoever started the interference should end
/// it (arXiv 2503.08099); nathanielyvo/WUDI-Merging.</remarks>
internal sealed class Wudi(MergeSettings settings, CancellationToken cancellation) : ITaskVectorMethod
{
    private const int Steps = 300;

    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        double[] weights = settings.Weights(name, normalize: false);
        if (!TaskMatrices.Are(name, taskVectors[0])) return TaskMatrices.Mean(name, taskVectors, weights);
        using var scope = NewDisposeScope();
        Tensor[] tasks = [.. taskVectors.Zip(weights, (tau, weight) => TaskVectorSum.Into(name, [tau], [weight]))];
        InnerProducts products = TensorProducts.Measure(ProductsOf.Models, tasks);
        int[] moved = [.. Enumerable.Range(0, tasks.Length).Where(i => products.Norm(i) > 0)];
        if (moved.Length == 0) return taskVectors[0];
        Tensor[] units = [.. moved.Select(i => tasks[i].div(tensor((float)products.Norm(i))))];
        return LeastInterference([.. moved.Select(i => tasks[i])], units).MoveToOuterDisposeScope();
    }

    /// <summary>Descends the gradient 2 (m A - B) with A = sum of u_i^T u_i and B = sum of tau_i u_i^T u_i, where u_i = tau_i / |tau_i|.
    /// </summary>
    private Tensor LeastInterference(Tensor[] tasks, Tensor[] units)
    {
        // T tasks (M, N); m A is cheaper by way of A (N, N), or of the units one after the other, which depends on the shape.
        bool byProduct = tasks[0].shape[1] <= 2 * tasks.Length * tasks[0].shape[0];
        Func<Tensor, Tensor> onto = Onto(cat(units, 0), byProduct);
        Tensor m = tasks[0].clone(), constant = Onto(units[0], byProduct)(tasks[0]);
        for (int i = 1; i < tasks.Length; i++)
        {
            m.add_(tasks[i], Scalars.One);
            constant.add_(Onto(units[i], byProduct)(tasks[i]), Scalars.One);
        }
        var adam = new Adam(m);
        for (int step = 1; step <= (settings.All.Iterations ?? Steps); step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using Tensor projected = onto(m);
            adam.Step(step, projected, constant);
        }
        return m;
    }

    /// <summary>x U^T U of rows U (R, N) and x (M, N).</summary>
    private static Func<Tensor, Tensor> Onto(Tensor rows, bool byProduct)
    {
        Tensor columns = rows.t();                                                       // (N, R)
        if (byProduct)
        {
            Tensor product = columns.matmul(rows);                                       // (N, N)
            return x => x.matmul(product);
        }
        return x =>
        {
            using Tensor inner = x.matmul(columns);                                      // (M, R)
            return inner.matmul(rows);
        };
    }

    /// <summary>PyTorch's Adam with the authors' numbers. The current dispose scope owns its moments.</summary>
    private sealed class Adam(Tensor parameters)
    {
        private const float LearningRate = 1e-5f, Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;

        private readonly Tensor _first = zeros_like(parameters), _second = zeros_like(parameters);

        /// <summary>One step along the gradient 2 (<paramref name="projected"/> - <paramref name="constant"/>).</summary>
        public void Step(int step, Tensor projected, Tensor constant)
        {
            FloatElements thetas = new(parameters), firsts = new(_first), seconds = new(_second);
            FloatElements minuends = new(projected), subtrahends = new(constant);
            float rate = LearningRate / (1 - MathF.Pow(Beta1, step)), root = MathF.Sqrt(1 - MathF.Pow(Beta2, step));
            thetas.InParallel((start, count) =>
            {
                Span<float> theta = thetas.Span(start, count), first = firsts.Span(start, count), second = seconds.Span(start, count);
                ReadOnlySpan<float> a = minuends.Span(start, count), b = subtrahends.Span(start, count);
                for (int i = 0; i < count; i++)
                {
                    float gradient = 2 * (a[i] - b[i]);
                    first[i] = Beta1 * first[i] + (1 - Beta1) * gradient;
                    second[i] = Beta2 * second[i] + (1 - Beta2) * gradient * gradient;
                    theta[i] -= rate * first[i] / (MathF.Sqrt(second[i]) / root + Epsilon);
                }
            });
        }
    }
}
