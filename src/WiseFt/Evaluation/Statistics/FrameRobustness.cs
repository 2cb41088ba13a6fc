using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>Accuracy on groups of video frames: pm-0 and pm-k.</summary>
/// <remarks>
/// Shankar et al. (arXiv 1906.02168), as wise-ft src/datasets/imagenet_vid_robust.py and ytbb_robust.py compute it: pm-0 counts anchors
/// that are right, pm-k anchors that are right together with every frame of their group. A prediction is right if it is one of the frame's
/// labels.
/// </remarks>
public sealed record FrameRobustness
{
    private FrameRobustness(ImmutableArray<bool> anchorCorrect, ImmutableArray<bool> groupCorrect)
    {
        AnchorCorrect = anchorCorrect;
        GroupCorrect = groupCorrect;
    }

    /// <summary>Whether each group's anchor is right, in the order of the groups.</summary>
    public ImmutableArray<bool> AnchorCorrect { get; }

    /// <summary>Whether each group's anchor and all its frames are right, in the order of the groups.</summary>
    public ImmutableArray<bool> GroupCorrect { get; }

    /// <summary>Number of groups, at least 1.</summary>
    public int Count => AnchorCorrect.Length;

    /// <summary>Share of the anchors that are right, in [0, 1].</summary>
    public double Pm0 => (double)AnchorCorrect.Count(c => c) / Count;

    /// <summary>Share of the groups that are right throughout, in [0, <see cref="Pm0"/>].</summary>
    public double PmK => (double)GroupCorrect.Count(c => c) / Count;

    /// <summary>The exact (Clopper-Pearson) interval of <see cref="Pm0"/>.</summary>
    /// <param name="level">Confidence level in (0, 1). Default 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level lies outside its range.</exception>
    public ConfidenceInterval Pm0Interval(double level = 0.95) =>
        ConfidenceInterval.ClopperPearson(AnchorCorrect.Count(c => c), Count, level);

    /// <summary>The exact (Clopper-Pearson) interval of <see cref="PmK"/>.</summary>
    /// <param name="level">Confidence level in (0, 1). Default 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level lies outside its range.</exception>
    public ConfidenceInterval PmKInterval(double level = 0.95) =>
        ConfidenceInterval.ClopperPearson(GroupCorrect.Count(c => c), Count, level);

    /// <summary>Judges the groups by a model's predictions.</summary>
    /// <param name="predictions">Predicted labels, int32 (N), each in [0, M).</param>
    /// <param name="images">The images' paths below the shift's folder (N), each once; backward slashes count as forward ones.</param>
    /// <param name="groups">The groups, at least one. Images in no group do not count.</param>
    /// <param name="classNames">The shift's label names in order, M of them (<see cref="LabelSpace.ClassNames"/>).</param>
    /// <exception cref="ArgumentException">
    /// No groups, different lengths, a prediction out of range, a group that is not valid, or an image of a group that was not predicted.
    /// </exception>
    public static FrameRobustness Measure(
        ReadOnlySpan<int> predictions, IReadOnlyList<string> images, IReadOnlyList<FrameGroup> groups, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(images);
        Check.NotEmpty(groups);
        ClassNameCheck.Distinct(classNames, "The shift", nameof(classNames));
        SampleCheck.SameLength(predictions.Length, nameof(predictions), images.Count, nameof(images));
        SampleCheck.Classes(predictions, classNames.Count);
        FrameGroup.Validate(groups, classNames, "groups");
        var predicted = new Dictionary<string, string>(ClassNameComparer.Instance);
        for (int i = 0; i < images.Count; i++)
        {
            if (!predicted.TryAdd(images[i].Replace('\\', '/'), classNames[predictions[i]]))
                throw new ArgumentException($"images has '{images[i]}' twice; each image must occur once.", nameof(images));
        }
        CheckPresent(groups, predicted);
        ImmutableArray<bool> anchors = [.. groups.Select(g => IsRight(g.Anchor))];
        return new FrameRobustness(anchors, [.. groups.Select((g, i) => anchors[i] && g.Frames.All(IsRight))]);

        bool IsRight(LabelledFrame frame) => frame.Labels.Contains(predicted[frame.Image], ClassNameComparer.Instance);
    }

    /// <summary>Judges a test set's groups of frames by the predictions of a sweep.</summary>
    internal static FrameRobustness Measure(Predictions predictions, EvaluatedSet set, IReadOnlyList<string> classNames) =>
        Measure(predictions.Classes.AsSpan(), set.Images, set.FrameGroups, classNames);

    private static void CheckPresent(IReadOnlyList<FrameGroup> groups, Dictionary<string, string> predicted)
    {
        string[] missing =
        [
            .. groups.SelectMany(g => g.Frames.Prepend(g.Anchor)).Select(f => f.Image).Where(f => !predicted.ContainsKey(f))
                .Distinct(StringComparer.Ordinal),
        ];
        if (missing.Length > 0)
        {
            throw new ArgumentException(
                $"{missing.Length} images of the groups have no prediction ({Listed.Quoted(missing)}); " +
                "every anchor and frame needs one.", nameof(groups));
        }
    }
}
