using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>Finds the images that a mapping's groups of frames mean.</summary>
internal static class FrameGroupImages
{
    /// <summary>The groups with their frames' paths below the shift's folder replaced by the names of a test set's images, with forward slashes.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="images">The images' names: paths, where they came from files.</param>
    /// <exception cref="ArgumentException">A frame's path is the end of no image's, or of several.</exception>
    public static ImmutableArray<FrameGroup> Resolve(ImmutableArray<FrameGroup> groups, IReadOnlyList<string> images)
    {
        if (groups.IsEmpty) return [];
        ILookup<string, string> byFileName = images.ToLookup(name => FileName(Slashes(name)), StringComparer.Ordinal);
        string[] wrong = [.. groups.SelectMany(Paths).Distinct(StringComparer.Ordinal).Where(path => Named(path).Count() != 1)];
        if (wrong.Length > 0)
            throw new ArgumentException(
                $"{wrong.Length} frames of the mapping's groups are not just one image of the test set ({ClassNameCheck.First(wrong)}; the first is {Named(wrong[0]).Count()}). " +
                "Expected each frame's path below the test set's folder.", nameof(groups));
        return [.. groups.Select(g => new FrameGroup(Found(g.Anchor), [.. g.Frames.Select(Found)]))];

        IEnumerable<string> Named(string path) => byFileName[FileName(path)].Where(name => IsBelow(Slashes(name), path));

        LabelledFrame Found(LabelledFrame frame) => frame with { Image = Slashes(Named(frame.Image).Single()) };
    }

    private static IEnumerable<string> Paths(FrameGroup group) => group.Frames.Prepend(group.Anchor).Select(f => f.Image);

    private static bool IsBelow(string name, string path) =>
        name.EndsWith(path, StringComparison.Ordinal) && (name.Length == path.Length || name[^(path.Length + 1)] == '/');

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Slashes(string name) => name.Replace('\\', '/');
}
