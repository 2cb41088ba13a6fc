namespace WiseFt;

/// <summary>An image could not be read: its file is missing, damaged, too large, or of a format that is not supported.</summary>
/// <remarks>The message names the image, says what was found and what to do.</remarks>
public sealed class ImageException : Exception
{
    /// <summary>An image error without words.</summary>
    public ImageException() { }

    /// <summary>An image error.</summary>
    /// <param name="message">Names the image, what was found, and what to do.</param>
    public ImageException(string message) : base(message) { }

    /// <summary>An image error with its cause.</summary>
    /// <param name="message">Names the image, what was found, and what to do.</param>
    /// <param name="innerException">The error below, of the file system for instance.</param>
    public ImageException(string message, Exception? innerException) : base(message, innerException) { }
}
