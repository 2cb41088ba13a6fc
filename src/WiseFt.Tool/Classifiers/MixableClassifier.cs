namespace WiseFt.Tool;

/// <summary>The end points of a mixture, or one model that is both.</summary>
internal sealed class MixableClassifier : IDisposable
{
    private readonly double? _alpha;

    /// <summary>Two models, which are disposed with this.</summary>
    public MixableClassifier(ImageClassifier zeroShot, ImageClassifier fineTuned, double alpha) =>
        (ZeroShot, FineTuned, _alpha) = (zeroShot, fineTuned, alpha);

    /// <summary>One model, which is disposed with this.</summary>
    public MixableClassifier(ImageClassifier model) => (ZeroShot, FineTuned) = (model, model);

    public ImageClassifier ZeroShot { get; }

    public ImageClassifier FineTuned { get; }

    /// <summary>Whether there is only one model, and so nothing to mix.</summary>
    public bool IsOne => _alpha is null;

    /// <summary>The coefficient that the model is used with; the library's default where nothing says it.</summary>
    public double Alpha => _alpha ?? MixingCoefficient.Default;

    /// <summary>The classifier at a coefficient, in place of this; the caller disposes it. One model is it itself.</summary>
    /// <param name="alpha">The coefficient; <see cref="Alpha"/> if null.</param>
    /// <param name="name">What to call the model in a refusal.</param>
    public ImageClassifier IntoMixture(double? alpha, string name)
    {
        if (IsOne && alpha is null) return ZeroShot;
        using (this)
        {
            if (IsOne)
                throw new UsageException(
                    $"{name} is one model: there is nothing to mix, and so no --alpha. Leave it out, or name both end points: a trained " +
                    "folder, or --zero-shot A --fine-tuned B.");
            return ZeroShot.WithWeights(ZeroShot.Weights).OrDispose(
                mixture => mixture.InterpolateFrom(ZeroShot.Weights, FineTuned.Weights, alpha ?? Alpha));
        }
    }

    public void Dispose()
    {
        ZeroShot.Dispose();
        FineTuned.Dispose();
    }
}
