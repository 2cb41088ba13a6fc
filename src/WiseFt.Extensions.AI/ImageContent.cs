using Microsoft.Extensions.AI;

namespace WiseFt.Extensions.AI;

/// <summary>Contents as images.</summary>
internal static class ImageContent
{
    /// <summary>The images of contents.</summary>
    /// <exception cref="ArgumentException">One is null, no image, or empty.</exception>
    public static ImageSource[] Sources(IEnumerable<DataContent> values) => [.. values.Select(Source)];

    private static ImageSource Source(DataContent? content, int index)
    {
        string name = FormattableString.Invariant($"image {index + 1}") + (content?.Name is { Length: > 0 } given ? $" ({given})" : "");
        if (content is null) throw Refuse($"{name} is null; expected an encoded image.");
        if (!content.HasTopLevelMediaType("image"))
            throw Refuse($"{name} has the media type {content.MediaType}; expected an image, such as image/png or image/jpeg.");
        return content.Data.IsEmpty
            ? throw Refuse($"{name} has no bytes; expected an encoded image. Fetch what a link names first.")
            : ImageSource.FromBytes(content.Data, name);
    }

    private static ArgumentException Refuse(string message) => new(message);
}
