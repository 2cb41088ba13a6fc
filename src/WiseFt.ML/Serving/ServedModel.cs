using Microsoft.ML;
using WiseFt.Explanation;
using WiseFt.Images;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>A model that requests are answered by, with all that must be disposed with it.</summary>
/// <param name="mixture">The mixture.</param>
/// <param name="owned">What the mixture is a part of, or itself.</param>
/// <param name="decoding">Limits of decoding.</param>
internal sealed class ServedModel(IMixtureTransformer mixture, IDisposable owned, ImageDecoding decoding) : IDisposable
{
    private ImageClassifier? _other;

    public IMixtureTransformer Mixture => mixture;

    /// <summary>How images become pixels, with the pool's limits.</summary>
    public ClipPreprocessor Preprocessor { get; } = mixture.Scorer.Model.Use(m => m.Preprocessor) with { Decoding = decoding };

    /// <summary>Floats of one preprocessed image.</summary>
    public int PixelCount => 3 * Preprocessor.Resolution * Preprocessor.Resolution;

    /// <summary>Reads a saved ML.NET model and scores an empty image, so that the first request finds everything in memory.</summary>
    /// <exception cref="ArgumentException">The model has neither a WiSE-FT transformer nor a weight ensemble.</exception>
    public static ServedModel Load(string path, WiseFtPoolOptions options)
    {
        var mlContext = new MLContext { GpuDeviceId = options.GpuDeviceId, FallbackToCpu = options.FallbackToCpu };
        ITransformer model = mlContext.Model.Load(path, out _);
        IDisposable all = model as IDisposable ?? MixtureTransformers.FindIn(model); // which refuses a model that owns nothing
        return all.OrDispose(owned =>
        {
            IMixtureTransformer mixture = MixtureTransformers.FindIn(model);
            var served = new ServedModel(mixture, owned, options.Decoding);
            mixture.Scorer.Model.Use(m => served.Probabilities(m, [new float[served.PixelCount]], m.Packed));
            return served;
        });
    }

    /// <summary>The same two models at another mixing coefficient.</summary>
    public ServedModel WithAlpha(double alpha)
    {
        IMixtureTransformer other = mixture.WithAlpha(alpha);
        return new ServedModel(other, other, decoding);
    }

    /// <summary>Probabilities at a mixing coefficient. For one thread at a time.</summary>
    /// <param name="images">N preprocessed images, each of at least <see cref="PixelCount"/> floats.</param>
    /// <param name="alpha">In [0, 1]; any but the served one takes the end points.</param>
    /// <returns>N predictions.</returns>
    public PoolPrediction[] Score(IReadOnlyList<float[]> images, double alpha) => alpha == mixture.Alpha
        ? mixture.Scorer.Model.Use(m => Predict(m, images, alpha, m.Packed))
        : mixture.RequireEndPoints().Use(e => Predict(e, images, alpha));

    /// <summary>What a class of an image comes from, by what is served. For another thread than <see cref="Score"/>'s, one at a time.
    /// </summary>
    /// <param name="image">A preprocessed image of at least <see cref="PixelCount"/> floats.</param>
    /// <param name="className">The class; null for the most probable.</param>
    /// <param name="options">Patch and batches.</param>
    /// <param name="cancel">Stops between two batches.</param>
    public OcclusionMap Explain(float[] image, string? className, OcclusionOptions options, CancellationToken cancel) =>
        mixture.Scorer.Model.Use(m =>
        {
            using Tensor pixels = tensor(image[..PixelCount], [1, 3, Preprocessor.Resolution, Preprocessor.Resolution]);
            return Occlusion.Explain(m, pixels, className, options, m.Packed, progress: null, cancel);
        });

    public void Dispose()
    {
        _other?.Dispose();
        owned.Dispose();
    }

    private PoolPrediction[] Predict(EndPoints endPoints, IReadOnlyList<float[]> images, double alpha)
    {
        // Mixed anew for each batch: what is kept takes one model's memory however many alphas are asked.
        ImageClassifier? other = alpha is 0 or 1 ? null : _other ??= endPoints.Mix(alpha);
        return endPoints.Use((theta0, theta1) =>
        {
            other?.InterpolateFrom(theta0.Weights, theta1.Weights, alpha);
            return Predict(other ?? (alpha == 0 ? theta0 : theta1), images, alpha, packed: null);
        });
    }

    private PoolPrediction[] Predict(ImageClassifier model, IReadOnlyList<float[]> images, double alpha, PackedWeights? packed)
    {
        float[] probabilities = Probabilities(model, images, packed);
        int k = mixture.ClassNames.Count;
        return [.. images.Select((_, n) => PoolPrediction.Of(mixture.ClassNames, probabilities.AsSpan(n * k, k), alpha))];
    }

    /// <summary>(N, K) probabilities.</summary>
    private float[] Probabilities(ImageClassifier model, IReadOnlyList<float[]> images, PackedWeights? packed)
    {
        var values = new float[images.Count * PixelCount];
        for (int n = 0; n < images.Count; n++) images[n].AsSpan(0, PixelCount).CopyTo(values.AsSpan(n * PixelCount));
        using Tensor pixels = tensor(values, [images.Count, 3, Preprocessor.Resolution, Preprocessor.Resolution]); // (N, 3, R, R)
        return mixture.Scorer.Probabilities(model, pixels, packed);
    }
}
