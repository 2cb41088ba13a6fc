using WiseFt.Images;

namespace WiseFt.Ensembling;

/// <summary>The images that something is estimated from.</summary>
internal static class DrawnImages
{
    /// <summary>How many are decoded at once.</summary>
    public const int PartSize = 32;

    /// <summary>Some of the images, all where there are no more, without repetition, in the order in which they are drawn.</summary>
    public static ImageSource[] Of(LabelledImages images, int count, int seed) =>
        [.. Places(images, count, seed).Select(place => images.Images[place])];

    /// <summary>Their places among the images.</summary>
    public static IEnumerable<int> Places(LabelledImages images, int count, int seed)
    {
        int[] places = [.. Enumerable.Range(0, images.Count)];
        new Random(seed).Shuffle(places);
        return places.Take(count);
    }
}
