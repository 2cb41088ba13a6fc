namespace WiseFt;

/// <summary>Files of data sets, with errors that name them.</summary>
internal static class DataFile
{
    /// <exception cref="ImageException">The file is missing or cannot be read.</exception>
    public static byte[] Read(string path) => Named(path, () => File.ReadAllBytes(path));

    /// <summary>The lines that are not blank, trimmed.</summary>
    /// <exception cref="ImageException">The file is missing or cannot be read.</exception>
    public static string[] Lines(string path) => Named(path, () => File.ReadAllLines(path).Select(l => l.Trim()).Where(l => l.Length > 0).ToArray());

    /// <exception cref="ImageException">The file is missing or cannot be read.</exception>
    public static string Text(string path) => Named(path, () => File.ReadAllText(path));

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
