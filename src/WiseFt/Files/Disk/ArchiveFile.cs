using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using WiseFt.Tensors;
using static TorchSharp.torch;

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

    /// <summary>Fills a plain tensor with the numbers at an offset.</summary>
    /// <param name="offset">Their first byte.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="checksum">Takes in the bytes; null where nobody wants their checksum.</param>
    /// <exception cref="CheckpointException">They lie outside the file, or one is NaN or infinite.</exception>
    public void Read(long offset, Tensor tensor, string name, Crc32? checksum = null)
    {
        foreach (Memory<byte> piece in tensor.BytePieces())
        {
            Read(offset, piece.Span);
            checksum?.Append(piece.Span);
            if (Finite.IndexOfNone(piece.Span, tensor.dtype) >= 0) throw NotFinite(name);
            offset += piece.Length;
        }
    }

    /// <summary>What is said of a tensor whose numbers are none.</summary>
    public CheckpointException NotFinite(string name) => new($"{Path}: {Finite.Message(name)}");

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
