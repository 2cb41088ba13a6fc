using Microsoft.Win32.SafeHandles;

namespace WiseFt.Files;

/// <summary>A file read by position, from any thread; every read is checked against the file's length.</summary>
internal sealed class ArchiveFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private ArchiveFile(string path, SafeFileHandle handle) => (Path, _handle, Length) = (path, handle, RandomAccess.GetLength(handle));

    public string Path { get; }

    public long Length { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">It may not be read, or another program holds it.</exception>
    public static ArchiveFile Open(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        try
        {
            return new ArchiveFile(path, File.OpenHandle(
                RegularFile.Require(path), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                $"{path}: the file cannot be opened ({e.Message}). Check its permissions, and whether another program is writing it.", e);
        }
    }

    /// <summary>Fills the destination with the bytes at an offset.</summary>
    /// <exception cref="CheckpointException">They lie outside the file.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        RequireInside(offset, destination.Length);
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0)
                throw new CheckpointException(
                    $"{Path}: the file became shorter while it was read. Wait until nothing writes it, and read it again.");
            destination = destination[read..];
            offset += read;
        }
    }

    /// <summary>The bytes at an offset, in memory.</summary>
    /// <exception cref="CheckpointException">They lie outside the file.</exception>
    public byte[] Read(long offset, int count)
    {
        RequireInside(offset, count);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(count);
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>Refuses a range that does not lie in the file.</summary>
    public void RequireInside(long offset, long count)
    {
        if (offset < 0 || count < 0 || offset > Length - count)
            throw new CheckpointException(
                $"{Path}: {count} bytes are expected at byte {offset}, and the file has {Length}. " +
                "It is truncated or damaged; fetch it again.");
    }

    /// <summary>Closes the file. May be called again.</summary>
    public void Dispose() => _handle.Dispose();
}
