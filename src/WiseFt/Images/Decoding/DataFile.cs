namespace WiseFt.Images;

/// <summary>Files of data sets, with errors that name them.</summary>
internal static class DataFile
{
    /// <exception cref="ImageException">The file is missing or cannot be read.</exception>
    public static byte[] Read(string path) => Named(path, () => File.ReadAllBytes(RegularFile.Require(path)));

    /// <summary>The lines that are not blank, trimmed.</summary>
    /// <exception cref="ImageException">The file is missing, cannot be read, or is no UTF-8.</exception>
    public static string[] Lines(string path) =>
        [.. Utf8Text.Lines(Text(path)).Select(line => line.Trim()).Where(line => line.Length > 0)];

    /// <exception cref="ImageException">The file is missing, cannot be read, or is no UTF-8.</exception>
    public static string Text(string path)
    {
        try
        {
            return Named(path, () => Utf8Text.ReadFile(path));
        }
        catch (InvalidDataException error)
        {
            throw new ImageException(error.Message, error);
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
