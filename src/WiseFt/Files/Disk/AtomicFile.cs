using System.Buffers;

namespace WiseFt.Files;

/// <summary>Files that appear under their final name whole or not at all.</summary>
internal static class AtomicFile
{
    private static readonly SearchValues<char> _hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Writes to a temporary file beside the target, flushes it to disk, and renames it;
    /// on failure nothing is left behind.</summary>
    /// <param name="path">The final name; an existing file is replaced, its folder is created.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<FileStream> write)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Deletes the temporary files and folders that a process left in a folder when it was killed while it wrote.</summary>
    public static void DeleteHalfWritten(string folder)
    {
        foreach (string file in Directory.GetFiles(folder, "*.tmp").Where(IsTemporary)) File.Delete(file);
        foreach (string inner in Directory.GetDirectories(folder, "*.tmp").Where(IsTemporary)) Directory.Delete(inner, recursive: true);
    }

    private static bool IsTemporary(string path) =>
        Path.GetExtension(Path.GetFileNameWithoutExtension(path)) is { Length: 33 } name
        && !name.AsSpan(1).ContainsAnyExcept(_hexadecimal);

    /// <summary>Writes text as UTF-8 without a byte-order mark.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
