using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>The arithmetic of a forward pass beside the fastest arithmetic that the library has: a large matrix product.</summary>
internal static class ForwardPass
{
    private const long Side = 1024;

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        ImageClassifier classifier = inputs.Classifier;
        using Tensor pixels = classifier.Preprocessor.Load([.. inputs.ImagePaths.Take(Inputs.BatchSize)]);
        double operations = pixels.shape[0] * Operations(classifier.Spec.Vision, classifier.Spec.EmbeddingDimension);
        const double productOperations = 2.0 * Side * Side * Side;
        int products = Math.Max(1, (int)(operations / productOperations)); // about as long as the forward pass
        using Tensor a = randn(Side, Side), b = randn(Side, Side);
        yield return Alternation.Rates(
            $"forward pass of {pixels.shape[0]} : {Side} x {Side} products", "GFLOP/s", inputs.Settings.Repetitions,
            (operations / 1e9, () => classifier.Forward(pixels).Dispose()),
            (products * productOperations / 1e9, Products));

        void Products()
        {
            for (int i = 0; i < products; i++) matmul(a, b).Dispose();
        }
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
