using System.Text;

namespace WiseFt.Images;

/// <summary>Files of data sets, with errors that name them.</summary>
internal static class DataFile
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ImageException">The file is missing or cannot be read.</exception>
    public static byte[] Read(string path) => Named(path, () => File.ReadAllBytes(path));

    /// <summary>The lines that are not blank, trimmed.</summary>
    /// <exception cref="ImageException">The file is missing, cannot be read, or is no UTF-8.</exception>
    public static string[] Lines(string path) =>
        Text(path).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <exception cref="ImageException">The file is missing, cannot be read, or is no UTF-8.</exception>
    public static string Text(string path)
    {
        try
        {
            return Named(path, () => File.ReadAllText(path, _utf8));
        }
        catch (DecoderFallbackException error)
        {
            throw new ImageException($"{path}: the text is not UTF-8. Expected UTF-8; save it again in that encoding.", error);
        }
    }

    private static T Named<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImageException($"{path}: the file cannot be read: {error.Message} Check the path and its permissions.", error);
        }
    }
}
