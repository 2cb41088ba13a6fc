using System.Numerics;

namespace WiseFt.Evaluation;

/// <summary>How differently two models decide, on the same samples: the paper's appendix E.</summary>
/// <remarks>
/// WiSE-FT (arXiv 2109.01903), appendix E. Its finding: the zero-shot and the fine-tuned model are more diverse than two linear classifiers
/// trained on random halves of ImageNet, and the fine-tuned one is more confident, above all on the reference distribution.
/// </remarks>
public sealed record Diversity
{
    private Diversity()
    {
    }

    /// <summary>Number of samples, at least 1.</summary>
    public required int Count { get; init; }

    /// <summary>Share of the samples on which the models predict different classes, in [0, 1].</summary>
    public required double Disagreement { get; init; }

    /// <summary>Prediction diversity: share of the samples on which the predictions differ and one of them is right, in [0, 1].</summary>
    public required double PredictionDiversity { get; init; }

    /// <summary>
    /// Cohen's kappa of the predictions, (po - pe) / (1 - pe) with po the observed and pe the expected agreement; at most 1, 0 for
    /// independent models. 1 where both always predict one and the same class (0 / 0).
    /// </summary>
    public required double CohenKappa { get; init; }

    /// <summary>Cohen's kappa complement, 1 - <see cref="CohenKappa"/>: at least 0, larger is more diverse.</summary>
    public double KappaComplement => 1 - CohenKappa;

    /// <summary>Mean over the samples of KL(softmax(first) || softmax(second)), in nats; at least 0, not symmetric.</summary>
    public required double MeanKullbackLeibler { get; init; }

    /// <summary>Mean of the first model's largest less its second-largest logit; at least 0. Larger is more confident.</summary>
    public required double FirstMeanMargin { get; init; }

    /// <summary>Mean of the second model's largest less its second-largest logit; at least 0. Larger is more confident.</summary>
    public required double SecondMeanMargin { get; init; }

    /// <summary>Compares two models' logits.</summary>
    /// <param name="first">The first model's logits (N, K), K at least 2.</param>
    /// <param name="second">The second model's logits (N, K), same samples and classes in the same order.</param>
    /// <param name="labels">True classes, int32 (N), each in [0, K).</param>
    /// <exception cref="ArgumentException">
    /// Different numbers of samples or classes, fewer than two classes, or a label out of range.
    /// </exception>
    public static Diversity Measure(SampleMatrix first, SampleMatrix second, ReadOnlySpan<int> labels)
    {
        CheckArguments(first, second, labels);
        int[] f = first.ArgMax(), g = second.ArgMax();
        int n = labels.Length, disagree = 0, oneRight = 0;
        double divergence = 0, firstMargin = 0, secondMargin = 0;
        double[] p = new double[first.Width], q = new double[first.Width];
        for (int i = 0; i < n; i++)
        {
            if (f[i] != g[i]) disagree++;
            if (f[i] != g[i] && (f[i] == labels[i] || g[i] == labels[i])) oneRight++;
            first.CopyRow(i, p);
            second.CopyRow(i, q);
            divergence += KullbackLeibler(p, q);
            firstMargin += Margin(p, f[i]);
            secondMargin += Margin(q, g[i]);
        }
        return new Diversity
        {
            Count = n,
            Disagreement = (double)disagree / n,
            PredictionDiversity = (double)oneRight / n,
            CohenKappa = Kappa(f, g, first.Width, (double)disagree / n),
            MeanKullbackLeibler = divergence / n,
            FirstMeanMargin = firstMargin / n,
            SecondMeanMargin = secondMargin / n,
        };
    }

    /// <summary>Compares two models' predictions, with the divergence that was measured on their logits.</summary>
    /// <param name="first">The first model's predictions on N samples.</param>
    /// <param name="second">The second model's predictions, same samples in the same order.</param>
    /// <param name="labels">True classes, int32 (N), each in [0, K).</param>
    /// <param name="classCount">Number of classes K, at least 1.</param>
    /// <param name="meanKullbackLeibler">Mean of KL(softmax(first) || softmax(second)), in nats; at least 0.</param>
    /// <exception cref="ArgumentException">No samples, different lengths, or a class out of range.</exception>
    public static Diversity Measure(
        Predictions first, Predictions second, ReadOnlySpan<int> labels, int classCount, double meanKullbackLeibler)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        SampleCheck.NotEmpty(labels.Length, nameof(labels));
        SampleCheck.SameLength(first.Classes.Length, nameof(first), labels.Length, nameof(labels));
        SampleCheck.SameLength(second.Classes.Length, nameof(second), labels.Length, nameof(labels));
        SampleCheck.Classes(first.Classes.AsSpan(), classCount);
        SampleCheck.Classes(second.Classes.AsSpan(), classCount);
        int[] f = [.. first.Classes], g = [.. second.Classes];
        int disagree = 0, oneRight = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (f[i] == g[i]) continue;
            disagree++;
            if (f[i] == labels[i] || g[i] == labels[i]) oneRight++;
        }
        return new Diversity
        {
            Count = labels.Length,
            Disagreement = (double)disagree / labels.Length,
            PredictionDiversity = (double)oneRight / labels.Length,
            CohenKappa = Kappa(f, g, classCount, (double)disagree / labels.Length),
            MeanKullbackLeibler = Check.AtLeast(meanKullbackLeibler, 0.0),
            FirstMeanMargin = first.Margins.Average(m => (double)m),
            SecondMeanMargin = second.Margins.Average(m => (double)m),
        };
    }

    /// <summary>
    /// The complement of the linear centred kernel alignment of two models' features: 0 if they are equal up to rotation, scale and shift.
    /// </summary>
    /// <param name="first">The first model's features S_f (N, D), of the same samples. The paper takes at most 10 000 samples.</param>
    /// <param name="second">The second model's features S_g (N, E); E may differ from D.</param>
    /// <returns>1 - |S_g' S_f|^2 / (|S_f' S_f| |S_g' S_g|), Frobenius norms of centred features; in [0, 1].</returns>
    /// <exception cref="ArgumentException">Different numbers of samples, or features that are the same for every sample.</exception>
    /// <remarks>
    /// Kornblith et al. (arXiv 1905.00414); WiSE-FT (arXiv 2109.01903), appendix E. Time and memory grow with N D and D E, never with N^2.
    /// </remarks>
    public static double CkaComplement(SampleMatrix first, SampleMatrix second)
    {
        SampleCheck.SameCount(first, nameof(first), second, nameof(second));
        double[][] f = CentredColumns(first), g = CentredColumns(second);
        double firstNorm = Math.Sqrt(SquaredNorm(f, f)), secondNorm = Math.Sqrt(SquaredNorm(g, g));
        if (firstNorm == 0 || secondNorm == 0)
        {
            throw new ArgumentException(
                $"The features are the same for all {first.Count} samples; alignment needs features that vary.",
                firstNorm == 0 ? nameof(first) : nameof(second));
        }
        return Math.Clamp(1 - SquaredNorm(g, f) / (firstNorm * secondNorm), 0, 1);
    }

    private static void CheckArguments(SampleMatrix first, SampleMatrix second, ReadOnlySpan<int> labels)
    {
        SampleCheck.SameCount(first, nameof(first), second, nameof(second));
        if (first.Width < 2 || first.Width != second.Width)
        {
            throw new ArgumentException(
                $"first has {first.Width} classes and second has {second.Width}; both must have the same classes, at least two.",
                nameof(second));
        }
        SampleCheck.SameLength(labels.Length, nameof(labels), first.Count, nameof(first));
        SampleCheck.Classes(labels, first.Width);
    }

    private static double Kappa(int[] f, int[] g, int classes, double disagreement)
    {
        double[] firstShare = new double[classes], secondShare = new double[classes];
        foreach (int c in f) firstShare[c] += 1.0 / f.Length;
        foreach (int c in g) secondShare[c] += 1.0 / g.Length;
        double expected = firstShare.Zip(secondShare, (a, b) => a * b).Sum();
        return disagreement == 0 ? 1 : 1 - disagreement / (1 - expected);
    }

    private static double KullbackLeibler(double[] p, double[] q)
    {
        double pNormalizer = SampleMatrix.LogSumExp(p), qNormalizer = SampleMatrix.LogSumExp(q), sum = 0;
        for (int c = 0; c < p.Length; c++)
        {
            double logP = p[c] - pNormalizer;
            sum += Math.Exp(logP) * (logP - (q[c] - qNormalizer));
        }
        return sum;
    }

    private static double Margin(double[] row, int largest)
    {
        double runnerUp = double.NegativeInfinity;
        for (int c = 0; c < row.Length; c++)
            if (c != largest) runnerUp = Math.Max(runnerUp, row[c]);
        return row[largest] - runnerUp;
    }

    private static double[][] CentredColumns(SampleMatrix features)
    {
        double[] row = new double[features.Width];
        double[][] columns = [.. row.Select(_ => new double[features.Count])];
        for (int i = 0; i < features.Count; i++)
        {
            features.CopyRow(i, row);
            for (int c = 0; c < row.Length; c++) columns[c][i] = row[c];
        }
        foreach (double[] column in columns)
        {
            double mean = column.Average();
            for (int i = 0; i < column.Length; i++) column[i] -= mean;
        }
        return columns;
    }

    /// <summary>|A' B|^2, the squared Frobenius norm of all products of a column of A and a column of B.</summary>
    private static double SquaredNorm(double[][] a, double[][] b)
    {
        double[][] products = [.. a.Select(_ => new double[b.Length])];
        const int Chunk = 256; // samples at a time, so that B's part of them stays in the cache while A's columns pass
        for (int start = 0; start < a[0].Length; start += Chunk)
        {
            int from = start, length = Math.Min(Chunk, a[0].Length - start);
            Parallel.For(0, a.Length, i =>
            {
                for (int j = 0; j < b.Length; j++) products[i][j] += Dot(a[i].AsSpan(from, length), b[j].AsSpan(from, length));
            });
        }
        return products.Sum(row => row.Sum(product => product * product));
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Vector<double> even = default, odd = default; // two sums: each addition need not wait for the one before
        int i = 0, step = Vector<double>.Count;
        for (; i <= a.Length - 2 * step; i += 2 * step)
        {
            even += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
            odd += new Vector<double>(a[(i + step)..]) * new Vector<double>(b[(i + step)..]);
        }
        double total = Vector.Sum(even + odd);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
