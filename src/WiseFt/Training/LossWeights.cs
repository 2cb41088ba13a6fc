using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>What the images of a training run count in its loss: the weight of an image's class times its own.</summary>
/// <param name="Classes">One a class; null where all weigh 1.</param>
/// <param name="Examples">One an image; null where all weigh 1.</param>
internal sealed record LossWeights(ImmutableArray<double>? Classes, IReadOnlyList<float>? Examples)
{
    /// <summary>All images weigh 1.</summary>
    public static LossWeights None { get; } = new(null, null);

    /// <summary>The weights that a recipe and its images have.</summary>
    /// <exception cref="ArgumentException">The class weights are for other classes.</exception>
    public static LossWeights Of(LabelledImages training, FineTuningOptions options) =>
        new(options.ClassWeights?.For(training), training.ExampleWeights);

    /// <summary>What an image counts.</summary>
    /// <param name="image">Its place.</param>
    /// <param name="label">Its class.</param>
    public double Of(int image, int label) => (Classes?[label] ?? 1.0) * (Examples?[image] ?? 1.0);

    /// <summary>What some images count together.</summary>
    public double Sum(int[] images, IReadOnlyList<int> labels) =>
        this == None ? images.Length : images.Sum(i => Of(i, labels[i]));

    /// <summary>The class weights: float32 (K); null where all weigh 1. The caller disposes it.</summary>
    public Tensor? OfClasses(Device device) =>
        Classes is { } weights ? tensor([.. weights.Select(w => (float)w)], device: device) : null;

    /// <summary>The weights of some images, without those of their classes: float32 (N); null where all weigh 1. The caller disposes it.
    /// </summary>
    public Tensor? OfExamples(int[] images) =>
        Examples is null ? null : tensor(images.Select(i => Examples[i]).ToArray());
}
