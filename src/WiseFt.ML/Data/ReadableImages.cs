using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Leaves out images that cannot be read.</summary>
internal static class ReadableImages
{
    private const int Listed = 20;

    /// <summary>The images that can be decoded; the others are counted and listed in the log.</summary>
    /// <exception cref="ImageException">None can be decoded.</exception>
    public static LabelledImages Of(LabelledImages images, IChannel channel, CancellationToken cancel)
    {
        var errors = new ImageException?[images.Count];
        Parallel.For(0, images.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            try
            {
                images.Images[i].Decode();
            }
            catch (ImageException e)
            {
                errors[i] = e;
            }
        });
        int[] kept = [.. Enumerable.Range(0, images.Count).Where(i => errors[i] is null)];
        if (kept.Length == images.Count) return images;
        ImageException[] found = [.. errors.OfType<ImageException>()];
        if (kept.Length == 0) throw new ImageException($"None of the {images.Count} images can be read. The first: {found[0].Message}", found[0]);
        channel.Warning($"{found.Length} of {images.Count} images cannot be read and are left out:");
        foreach (ImageException error in found.Take(Listed)) channel.Warning(error.Message);
        if (found.Length > Listed) channel.Warning($"and {found.Length - Listed} more.");
        return new LabelledImages(images.ClassNames, [.. kept.Select(i => images.Images[i])], [.. kept.Select(i => images.Labels[i])]);
    }
}
