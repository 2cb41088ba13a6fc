namespace WiseFt.ML;

/// <summary>The two models that are mixed. Owns its holds on them.</summary>
internal sealed class EndPoints(Handle<ImageClassifier> zeroShot, Handle<ImageClassifier> fineTuned) : IDisposable
{
    /// <summary>The model at alpha 1.</summary>
    public Handle<ImageClassifier> FineTuned => fineTuned;

    /// <summary>Two models that nobody else holds.</summary>
    public static EndPoints Own(ImageClassifier zeroShot, ImageClassifier fineTuned) =>
        new(Handle.Own(zeroShot, typeof(WiseFtTransformer)), Handle.Own(fineTuned, typeof(WiseFtTransformer)));

    /// <summary>Works with both models, which cannot go away meanwhile.</summary>
    public T Use<T>(Func<ImageClassifier, ImageClassifier, T> work) =>
        zeroShot.Use(theta0 => fineTuned.Use(theta1 => work(theta0, theta1)));

    /// <summary>A new classifier at a mixing coefficient: one copy of the weights, interpolated in place.</summary>
    public ImageClassifier Mix(double alpha) => Use((theta0, theta1) =>
        theta0.WithWeights(theta0.Weights).OrDispose(mixture => mixture.InterpolateFrom(theta0.Weights, theta1.Weights, alpha)));

    public void Dispose()
    {
        zeroShot.Dispose();
        fineTuned.Dispose();
    }
}
