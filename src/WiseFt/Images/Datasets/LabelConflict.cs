using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>One image that is there under several classes: one file in several rows, or several files with the same bytes.</summary>
/// <param name="Names">The images' names.</param>
/// <param name="Classes">The classes that they are said to show, at least two.</param>
internal sealed record LabelConflict(ImmutableArray<string> Names, ImmutableArray<string> Classes)
{
    /// <summary>Finds all; reads only files whose length another has too, under another class.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancel">Stops between images.</param>
    public static ImmutableArray<LabelConflict> Find(LabelledImages images, CancellationToken cancel)
    {
        int[] suspects = [.. Enumerable.Range(0, images.Count)
            .Select(i => (Image: i, images.Images[i].Stamp()?.Length)).Where(i => i.Length is not null)
            .GroupBy(i => i.Length, i => i.Image).Where(g => HasSeveralLabels(g, images)).SelectMany(g => g).Order()];
        var hashes = new string?[suspects.Length];
        Parallel.For(
            0, suspects.Length, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
            i => hashes[i] = Hash(images.Images[suspects[i]]));
        return [.. suspects.Zip(hashes).Where(s => s.Second is not null).GroupBy(s => s.Second, s => s.First, StringComparer.Ordinal)
            .Where(g => HasSeveralLabels(g, images))
            .Select(g => new LabelConflict(
                [.. g.Select(i => images.Images[i].Name).Distinct(StringComparer.Ordinal)],
                [.. g.Select(i => images.Labels[i]).Distinct().Order().Select(label => images.ClassNames[label])]))];
    }

    private static bool HasSeveralLabels(IEnumerable<int> group, LabelledImages images) =>
        group.Select(i => images.Labels[i]).Distinct().Skip(1).Any();

    // What cannot be read is said when the image is decoded.
    private static string? Hash(ImageSource image)
    {
        try
        {
            return Convert.ToHexString(image.Sha256());
        }
        catch (ImageException)
        {
            return null;
        }
    }
}
