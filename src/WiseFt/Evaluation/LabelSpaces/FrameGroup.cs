using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>An anchor frame and the frames around it that look the same to people.</summary>
/// <param name="Anchor">The frame whose accuracy is pm-0.</param>
/// <param name="Frames">The other frames that must be right as well for pm-k; may be empty.</param>
/// <remarks>
/// ImageNet-Vid-Robust and YTBB-Robust, Shankar et al. (arXiv 1906.02168): the reviewed frames within 10 of the anchor make pm-10.
/// </remarks>
public sealed record FrameGroup(LabelledFrame Anchor, ImmutableArray<LabelledFrame> Frames)
{
    /// <summary>Refuses anchors or frames that occur twice and labels that are missing, doubled or unknown.</summary>
    internal static void Validate(IReadOnlyList<FrameGroup> groups, IReadOnlyList<string> classNames, string subject)
    {
        string[] anchors = [.. groups.GroupBy(g => g.Anchor.Image, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key)];
        if (anchors.Length > 0)
        {
            throw new ArgumentException(
                $"{subject} has {anchors.Length} anchors more than once ({ClassNameCheck.First(anchors)}); each may have one group.",
                nameof(groups));
        }
        var known = classNames.ToHashSet(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            string? wrong = group.Frames.IsDefault ? "no list of frames; it may be empty" : Wrong(group, known);
            if (wrong is not null)
                throw new ArgumentException($"{subject} has, in the group of '{group.Anchor.Image}', {wrong}.", nameof(groups));
        }
    }

    private static string? Wrong(FrameGroup group, HashSet<string> known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var frame in group.Frames.Prepend(group.Anchor))
        {
            string? wrong = seen.Add(frame.Image) ? Wrong(frame.Labels, known) : "twice";
            if (wrong is not null) return $"the image '{frame.Image}' {wrong}";
        }
        return null;
    }

    private static string? Wrong(ImmutableArray<string> labels, HashSet<string> known)
    {
        if (labels.IsDefaultOrEmpty) return "without a label; expected at least one";
        string? unknown = labels.FirstOrDefault(l => !known.Contains(l));
        if (unknown is not null) return $"with the unknown label '{unknown}'; expected one of the {known.Count} classes";
        return labels.Distinct(StringComparer.Ordinal).Count() == labels.Length ? null : "with a label twice";
    }
}
