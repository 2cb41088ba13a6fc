using System.IO.Compression;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace WiseFt.ML;

/// <summary>The ZIP archive behind a saved ML.NET model.</summary>
/// <remarks>
/// ML.NET deflates every stream, by way of a temporary file, and has no setting for it (dotnet/machinelearning <c>Repository.cs</c>). Weights shrink by
/// a few percent and take twenty times as long to inflate as to read; so they are stored as they are, in the same archive under the same names. ML.NET
/// reads them like all others.
/// </remarks>
internal static class ModelArchive
{
    /// <summary>Writes a stream that is stored, not deflated.</summary>
    public static void Write(ModelSaveContext context, string name, Action<Stream> write)
    {
        ZipArchiveEntry entry = Archive(context.Repository).CreateEntry(Path.Combine(context.Directory ?? "", name), CompressionLevel.NoCompression);
        using Stream stream = entry.Open();
        write(stream);
    }

    /// <summary>A stream that is stored, with its length; null where there is none of that name or it is deflated.</summary>
    /// <exception cref="CheckpointException">The archive is damaged.</exception>
    public static (Stream Stream, long Length)? OpenStored(ModelLoadContext context, string name)
    {
        string path = Path.Combine(context.Directory ?? "", name);
        if (!Entries(context.Repository).TryGetValue(path, out ZipArchiveEntry? entry) || entry.CompressedLength != entry.Length) return null;
        try
        {
            return (entry.Open(), entry.Length);
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException($"{path} in the saved model cannot be opened ({e.Message}): the file is damaged. Copy it again, or save the model again.", e);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive Archive(RepositoryWriter writer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_entries")]
    private static extern ref Dictionary<string, ZipArchiveEntry> Entries(RepositoryReader reader);
}
