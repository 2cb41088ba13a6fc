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
        double cosine = MeanCosine(products);
        // Where the mean cosine is negative t is too, or, at the pole -1 / (N - 1) and by rounding beyond it, any number.
        double t = cosine > 0 ? Math.Clamp(Ratio(cosine, products.Count), 0, 1) : 0;
        if (cosine < 0) Interlocked.Increment(ref _clamped);
        return [1 - t, .. Enumerable.Repeat(t / products.Count, products.Count)];
    }

    /// <summary>The mean over the pairs of models; a model that does not differ from the base has the cosine 0 with all others.</summary>
    public static double MeanCosine(InnerProducts products)
    {
        int n = products.Count;
        double sum = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) sum += products.Cosine(i, j);
        return sum / (n * (n - 1) / 2.0);
    }

    /// <summary>t of N models before it is clamped.</summary>
    public static double Ratio(double cosine, int n) => n * cosine / (1 + (n - 1) * cosine);
}
