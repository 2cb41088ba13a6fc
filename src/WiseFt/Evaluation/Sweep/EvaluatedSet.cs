using System.Collections.Immutable;
using WiseFt.Images;

namespace WiseFt.Evaluation;

/// <summary>A test set in a report.</summary>
/// <param name="Name">"reference", or the distribution shift's name.</param>
/// <param name="Labels">Index of each image's class; empty where only accuracies are known.</param>
/// <param name="Images">Each image's name: its path, where it came from a file; empty where only accuracies are known.</param>
public sealed record EvaluatedSet(string Name, ImmutableArray<int> Labels, ImmutableArray<string> Images)
{
    /// <summary>How many images it has; 0 where that is not known, in results written by other programs.</summary>
    public int Count { get; init => field = Check.AtLeast(value, 0); } = Labels.Length;

    /// <summary>The test set's own classes, which its labels and predictions count;
    /// empty (the default) where they are the report's.</summary>
    public ImmutableArray<string> ClassNames { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Groups of video frames that are right or wrong together,
    /// by the names in <see cref="Images"/> with forward slashes. Default none.</summary>
    public ImmutableArray<FrameGroup> FrameGroups { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The ways in which its images fall into groups, by region for instance. Default none.</summary>
    public ImmutableArray<ImageGroups> Groupings { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>How far the zero-shot and the fine-tuned model are apart on one test set: what needs all their logits and features.</summary>
/// <param name="MeanKullbackLeibler">Mean over the images of KL(zero-shot || fine-tuned)
/// of the softmax probabilities, in nats; at least 0.</param>
/// <param name="CkaComplement">
/// <see cref="Diversity.CkaComplement"/> of the image encoders' features, in [0, 1]; null where the features do not vary.
/// </param>
/// <remarks>WiSE-FT (arXiv 2109.01903), appendix E; features of at most 10 000 images, as there.</remarks>
public sealed record EndPointDivergence(double MeanKullbackLeibler, double? CkaComplement);
