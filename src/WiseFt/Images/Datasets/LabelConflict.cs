using System.Collections.Immutable;
using System.Globalization;

namespace WiseFt.Images;

/// <summary>One image that is there under several classes: one file in several rows, or several files with the same bytes.</summary>
/// <param name="Names">The images' names.</param>
/// <param name="Classes">The classes that they are said to show, at least two.</param>
internal sealed record LabelConflict(ImmutableArray<string> Names, ImmutableArray<string> Classes)
{
    /// <summary>Finds all. Of most files nothing is read: only of those whose length another has too, under another class, a few bytes,
    /// and the whole only where these agree as well.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancel">Stops between images.</param>
    public static ImmutableArray<LabelConflict> Find(LabelledImages images, CancellationToken cancel)
    {
        int[][] groups = [[.. Enumerable.Range(0, images.Count)]];
        groups = Divided(groups, image => image.Stamp()?.Length.ToString(CultureInfo.InvariantCulture));
        groups = Divided(groups, image => Hash(image.Sha256OfSample));
        groups = Divided(groups, image => Hash(image.Sha256));
        return [.. groups.Select(group => new LabelConflict(
            [.. group.Select(i => images.Images[i].Name).Distinct(StringComparer.Ordinal)],
            [.. group.Select(i => images.Labels[i]).Distinct().Order().Select(label => images.ClassNames[label])]))];

        // Parts of groups in which all have the same key, and not all the same label.
        int[][] Divided(int[][] whole, Func<ImageSource, string?> keyOf)
        {
            int[] members = [.. whole.SelectMany(group => group)];
            int[] groupOf = [.. whole.SelectMany((group, number) => group.Select(_ => number))];
            var keys = new string?[members.Length];
            var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount };
            Parallel.For(0, members.Length, options, m => keys[m] = keyOf(images.Images[members[m]]));
            return [.. Enumerable.Range(0, members.Length).Where(m => keys[m] is not null)
                .GroupBy(m => (groupOf[m], keys[m]), m => members[m])
                .Where(group => group.Select(i => images.Labels[i]).Distinct().Skip(1).Any()).Select(group => group.ToArray())];
        }
    }

    // What cannot be read is said when the image is decoded.
    private static string? Hash(Func<byte[]> hash)
    {
        try
        {
            return Convert.ToHexString(hash());
        }
        catch (ImageException)
        {
            return null;
        }
    }
}
