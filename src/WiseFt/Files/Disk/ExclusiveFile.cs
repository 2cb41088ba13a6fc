namespace WiseFt.Files;

/// <summary>Files that one process at a time has open.</summary>
internal static class ExclusiveFile
{
    /// <summary>Opens a file for reading and writing; creates it where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inUse">What to say where another process has it open.</param>
    /// <param name="options">What else is wanted of it.</param>
    /// <exception cref="IOException">It cannot be written, or another process has it open.</exception>
    public static FileStream Open(string path, string inUse, FileOptions options = FileOptions.None)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = options,
            });
        }
        // EWOULDBLOCK on Linux, ERROR_SHARING_VIOLATION, EWOULDBLOCK on macOS
        catch (IOException e) when ((e.HResult & 0xffff) is 11 or 32 or 35)
        {
            throw new IOException(inUse, e);
        }
    }
}
