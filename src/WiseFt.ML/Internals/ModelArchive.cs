using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace WiseFt.ML;

/// <summary>The ZIP archive behind a saved ML.NET model.</summary>
/// <remarks>
/// ML.NET deflates every stream, by way of a temporary file, and has no setting for it (dotnet/machinelearning <c>Repository.cs</c>).
/// Weights shrink by a few percent and take twenty times as long to inflate as to read; so they are stored as they are, in the same
/// archive under the same names. ML.NET reads them like all others.
/// </remarks>
internal static class ModelArchive
{
    /// <summary>Writes a stream that is stored, not deflated.</summary>
    public static void Write(ModelSaveContext context, string name, Action<Stream> write)
    {
        ZipArchiveEntry entry = Archive(context.Repository)
            .CreateEntry(Path.Combine(context.Directory ?? "", name), CompressionLevel.NoCompression);
        using Stream stream = entry.Open();
        write(stream);
    }

    /// <summary>A stream that is stored; null where there is none of that name or it is deflated.</summary>
    /// <returns>A <see cref="FileSection"/> where the archive is a file.</returns>
    /// <exception cref="CheckpointException">The archive is damaged.</exception>
    public static Stream? OpenStored(ModelLoadContext context, string name)
    {
        string path = Path.Combine(context.Directory ?? "", name);
        if (!Entries(context.Repository).TryGetValue(path, out ZipArchiveEntry? entry) || entry.CompressedLength != entry.Length)
            return null;
        try
        {
            Stream stream = entry.Open(); // which checks the entry's header
            if (FindInFile(entry) is not { } section) return stream;
            stream.Dispose();
            return section;
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException(
                $"{path} in the saved model cannot be opened ({e.Message}): the file is damaged. Copy it again, or save the model again.",
                e);
        }
    }

    /// <summary>Where a stored entry lies in the archive's file; null if the archive is none. ZipArchive reads through one stream, which
    /// several threads cannot share, and does not tell its place.</summary>
    internal static FileSection? FindInFile(ZipArchiveEntry entry)
    {
        const int headerLength = 30, nameLength = 26, extraLength = 28; // PKWARE APPNOTE 6.3.10, 4.3.7
        try
        {
            if (ArchiveStream(entry.Archive) is not FileStream { CanSeek: true } file) return null;
            long start = HeaderOffset(entry);
            Span<byte> header = stackalloc byte[headerLength];
            if (RandomAccess.Read(file.SafeFileHandle, header, start) < headerLength) return null;
            start += headerLength + BinaryPrimitives.ReadUInt16LittleEndian(header[nameLength..])
                + BinaryPrimitives.ReadUInt16LittleEndian(header[extraLength..]);
            return new FileSection(file.SafeFileHandle, start, entry.Length);
        }
        catch (MissingFieldException)
        {
            return null; // a runtime with another ZipArchive: its stream is slower and as good
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive Archive(RepositoryWriter writer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_entries")]
    private static extern ref Dictionary<string, ZipArchiveEntry> Entries(RepositoryReader reader);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archiveStream")]
    private static extern ref readonly Stream ArchiveStream(ZipArchive archive);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_offsetOfLocalHeader")]
    private static extern ref long HeaderOffset(ZipArchiveEntry entry);
}
