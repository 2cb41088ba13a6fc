using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>The arithmetic of a forward pass beside the fastest that a library on the machine has: a large matrix product.</summary>
internal static class ForwardPass
{
    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        ImageClassifier classifier = inputs.Classifier;
        using Tensor pixels = classifier.Preprocessor.Load([.. inputs.ImagePaths.Take(Inputs.BatchSize)]);
        double operations = pixels.shape[0] * Operations(classifier.Spec.Vision, classifier.Spec.EmbeddingDimension);
        var (libraries, memory) = MatrixProducts.Of(MatrixProducts.Side, MatrixProducts.Side, MatrixProducts.Side);
        using IDisposable owned = memory;
        classifier.Forward(pixels).Dispose();
        MatrixProducts.Best(libraries);
        yield return new Measurement(
            $"forward pass of {pixels.shape[0]} : the fastest {MatrixProducts.Side} x {MatrixProducts.Side} product", "GFLOP/s",
            [.. Enumerable.Range(0, inputs.Settings.Repetitions).Select(_ => (
                operations / 1e9 / Duration.Of(() => classifier.Forward(pixels).Dispose()).Wall, MatrixProducts.Best(libraries)))]);
    }

    /// <summary>Floating-point operations of the matrix products of one image, those that are computed: in the last block the queries,
    /// the attention and the MLP of the class token alone.</summary>
    public static double Operations(VisionConfig vision, int embedding)
    {
        double l = vision.TokenCount, d = vision.Width, m = vision.MlpWidth, patch = vision.PatchSize;
        double keysAndValues = 2 * l * 2 * d * d;
        double perQuery = 2 * (2 * d * d + 2 * d * m + 2 * l * d);       // projections in and out, MLP, scores and their sum
        return (l - 1) * 2 * 3 * patch * patch * d                       // patch embedding
            + vision.Layers * keysAndValues + ((vision.Layers - 1) * l + 1) * perQuery
            + 2 * d * embedding;
    }
}
