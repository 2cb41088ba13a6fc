namespace WiseFt.Files;

/// <summary>Folders that one process at a time works in.</summary>
internal static class FolderLock
{
    /// <summary>Takes a folder until the result is disposed, or the process ends.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <param name="name">Name of the file that stands for the lock; it is deleted with it.</param>
    /// <exception cref="IOException">The folder cannot be written to, or another process has taken it.</exception>
    public static IDisposable Take(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        return ExclusiveFile.Open(
            Path.Combine(folder, name),
            $"{folder} is in use by another training run. Wait until it has ended, or choose another folder.", FileOptions.DeleteOnClose);
    }
}
