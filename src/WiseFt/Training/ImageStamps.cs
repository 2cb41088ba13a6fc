using System.Collections.Immutable;
using WiseFt.Images;

namespace WiseFt.Training;

/// <summary>Length and time of the training images' files when a run begins: one that is another file later is an error, since no
/// run's record would say which of the two it was trained on.</summary>
internal sealed class ImageStamps
{
    private readonly IReadOnlyList<ImageSource> _images;
    private readonly ImmutableArray<ImageStamp?> _atStart;

    private ImageStamps(IReadOnlyList<ImageSource> images) =>
        (_images, _atStart) = (images, [.. images.AsEnumerable().Select(image => image.Stamp())]);

    /// <summary>What the images' files are now.</summary>
    public static ImageStamps Of(LabelledImages images) => new(images.Images);

    /// <summary>Refuses any image that is another by now.</summary>
    /// <exception cref="ImageException">One is; the message names it.</exception>
    public void RequireUnchanged() => RequireUnchanged([.. Enumerable.Range(0, _images.Count)]);

    /// <summary>Refuses one of some images that is another by now: to be asked after they are read.</summary>
    /// <inheritdoc cref="RequireUnchanged()"/>
    public void RequireUnchanged(IReadOnlyList<int> images)
    {
        foreach (int i in images)
            if (_atStart[i] is ImageStamp then && _images[i].Stamp() is ImageStamp now && now != then)
                throw new ImageException(
                    $"{_images[i].Name}: the image has changed since training began: {then} then, {now} now. " +
                    "Leave the images as they are while a run trains on them, and start this one anew.");
    }
}
