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
                $"{subject} has {anchors.Length} anchors more than once ({Listed.Quoted(anchors)}); each may have one group.",
                nameof(groups));
        }
        var known = classNames.ToHashSet(ClassNameComparer.Instance);
        foreach (var group in groups)
        {
            string? wrong = group.Frames.IsDefault ? "no list of frames; it may be empty" : Wrong(group, known);
            if (wrong is not null)
                throw new ArgumentException($"{subject} has, in the group of '{group.Anchor.Image}', {wrong}.", nameof(groups));
        }
    }

    /// <summary>The groups with their frames' paths below the shift's folder replaced by the names of a test set's
    /// images, with forward slashes.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="images">The images' names: paths, where they came from files.</param>
    /// <exception cref="ArgumentException">A frame's path is the end of no image's, or of several.</exception>
    internal static ImmutableArray<FrameGroup> Resolve(ImmutableArray<FrameGroup> groups, IReadOnlyList<string> images)
    {
        if (groups.IsEmpty) return [];
        ILookup<string, string> byFileName = images.ToLookup(name => FileName(Slashes(name)), ClassNameComparer.Instance);
        string[] wrong = [.. groups.SelectMany(Paths).Distinct(StringComparer.Ordinal).Where(path => Named(path).Count() != 1)];
        if (wrong.Length > 0)
            throw new ArgumentException(
                $"{wrong.Length} frames of the mapping's groups are not just one image of the test set ({Listed.Quoted(wrong)}; " +
                $"the first is {Named(wrong[0]).Count()}). Expected each frame's path below the test set's folder.", nameof(groups));
        return [.. groups.Select(g => new FrameGroup(Found(g.Anchor), [.. g.Frames.Select(Found)]))];

        IEnumerable<string> Named(string path) => byFileName[FileName(path)].Where(name => IsBelow(Slashes(name), path));

        LabelledFrame Found(LabelledFrame frame) => frame with { Image = Slashes(Named(frame.Image).Single()) };
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
        return labels.Distinct(ClassNameComparer.Instance).Count() == labels.Length ? null : "with a label twice";
    }

    private static IEnumerable<string> Paths(FrameGroup group) => group.Frames.Prepend(group.Anchor).Select(f => f.Image);

    private static bool IsBelow(string name, string path)
    {
        (name, path) = (ClassNameComparer.Normalised(name), ClassNameComparer.Normalised(path));
        return name.EndsWith(path, StringComparison.Ordinal) && (name.Length == path.Length || name[^(path.Length + 1)] == '/');
    }

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Slashes(string name) => name.Replace('\\', '/');
}

/// <summary>A video frame and the labels that are right for it.</summary>
/// <param name="Image">The image's path below the shift's folder, with forward slashes.</param>
/// <param name="Labels">Names of the labels, at least one: a prediction is right if it is one of them.</param>
public sealed record LabelledFrame(string Image, ImmutableArray<string> Labels);
