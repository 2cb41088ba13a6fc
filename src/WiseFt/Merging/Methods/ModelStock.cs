namespace WiseFt.Merging;

/// <summary>t * mean of theta_i + (1 - t) * theta_0 with t = N c / (1 + (N - 1) c), where c is the mean cosine between the task vectors of
/// the N models: for each tensor, or each of its rows.</summary>
/// <remarks>Source: Jang et al., Model Stock (arXiv 2403.19522), equation 4; for more than two models the mean over pairs, as its authors
/// say (naver-ai/model-stock #2). t is clamped to [0, 1], which it leaves where the mean cosine is negative.</remarks>
internal sealed class ModelStock(MergeSettings settings) : ICoefficients
{
    private int _clamped;

    /// <summary>For how many tensors or rows t was outside of [0, 1] so far.</summary>
    public int Clamped => _clamped;

    /// <inheritdoc/>
    public ProductsOf Needs => ProductsOf.TaskVectors;

    /// <inheritdoc/>
    public bool ByRow => settings.All.FilterWise ?? false;

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products)
    {
        double ratio = Ratio(products), t = Math.Clamp(ratio, 0, 1);
        if (t != ratio) Interlocked.Increment(ref _clamped);
        return [1 - t, .. Enumerable.Repeat(t / products.Count, products.Count)];
    }

    /// <summary>t before it is clamped; 0 where the models do not differ from the base.</summary>
    public static double Ratio(InnerProducts products)
    {
        int n = products.Count;
        double sum = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) sum += products.Cosine(i, j);
        double cosine = sum / (n * (n - 1) / 2.0);
        double ratio = n * cosine / (1 + (n - 1) * cosine);
        return double.IsFinite(ratio) ? ratio : 0;
    }
}
