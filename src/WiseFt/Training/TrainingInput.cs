using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>What a training run reads: labels in memory, and pixels or features on demand.</summary>
/// <param name="Labels">Index of the class of each image.</param>
/// <param name="Load">Gives the input of some images in an epoch, on any thread:
/// float32 (N, 3, R, R) or (N, E).</param>
/// <param name="Name">What to call an image in messages.</param>
internal sealed record TrainingInput(IReadOnlyList<int> Labels, Func<IReadOnlyList<int>, int, Tensor> Load, Func<int, string> Name)
{
    // Streams of random numbers that one seed gives; a stream's number never changes.
    private const ulong OrderStream = 1, CropStream = 2;

    /// <summary>What the images count in the loss. Default: all the same.</summary>
    public LossWeights Weights { get; init; } = LossWeights.None;

    /// <summary>How many images there are.</summary>
    public int Count => Labels.Count;

    /// <summary>Pixels decoded anew in each epoch, cropped at random where the options say so.</summary>
    /// <exception cref="ImageException">An image is another than when the run began.</exception>
    public static TrainingInput OfPixels(
        LabelledImages images, ClipPreprocessor preprocessor, FineTuningOptions options, ImageStamps stamps) =>
        new(images.Labels, (indices, epoch) => Unchanged(options.Augmentation
            ? LoadCrops(images, preprocessor, indices, i => Random(options.Seed, CropStream, epoch, i))
            : preprocessor.Load([.. indices.Select(i => images.Images[i])]), indices, stamps), i => images.Images[i].Name)
        {
            Weights = LossWeights.Of(images, options),
        };

    /// <summary>Features computed before.</summary>
    /// <param name="images">The images, for their labels, weights and names.</param>
    /// <param name="features">Row by row the images'; must stay alive.</param>
    /// <param name="options">The recipe.</param>
    public static TrainingInput OfFeatures(LabelledImages images, LinearFeatures features, FineTuningOptions options) =>
        new(images.Labels, (indices, _) => features.Rows(indices), i => images.Images[i].Name)
        {
            Weights = LossWeights.Of(images, options),
        };

    /// <summary>Every index once, in the order of an epoch.</summary>
    public static int[] Order(int count, FineTuningOptions options, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        if (options.Shuffle) Random(options.Seed, OrderStream, epoch, 0).Shuffle(order);
        return order;
    }

    private static Tensor Unchanged(Tensor pixels, IReadOnlyList<int> indices, ImageStamps stamps) =>
        pixels.OrDispose(_ => stamps.RequireUnchanged(indices));

    private static Tensor LoadCrops(
        LabelledImages images, ClipPreprocessor preprocessor, IReadOnlyList<int> indices, Func<int, Random> random)
    {
        var crop = new RandomResizedCrop();
        return preprocessor.Load(
            [.. indices.Select(i => images.Images[i])], (n, image) => crop.Draw(image.Width, image.Height, random(indices[n])),
            CancellationToken.None);
    }

    /// <summary>Random numbers of one image in one epoch, whatever thread asks and in whatever order.</summary>
    private static Random Random(int seed, ulong stream, int epoch, int image)
    {
        ulong mixed = Mix(Mix(Mix(Mix((uint)seed) + stream) + (uint)epoch) + (uint)image);
        return new Random((int)(mixed >> 33));
    }

    /// <summary>SplitMix64's finaliser (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
