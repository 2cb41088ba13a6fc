using System.Security.Cryptography;
using System.Text;

namespace WiseFt.Files;

/// <summary>What the Hub says about a file before its content.</summary>
/// <param name="Name">The file's name in the repository.</param>
/// <param name="Commit">The commit that the revision stands for, or null where the server does not say.</param>
/// <param name="Tag">The entity tag: SHA-256 of a large file, git's SHA-1 of a small one, or a mirror's own mark.</param>
/// <param name="Length">How many bytes it has, or null where the server does not say.</param>
internal sealed record HuggingFaceHubFile(string Name, string? Commit, string Tag, long? Length)
{
    private const int Sha256Digits = 64;
    private const int Sha1Digits = 40;

    /// <summary>The file's name among the blobs of the cache.</summary>
    public string BlobName =>
        HuggingFaceHubName.IsFileName(Tag) ? Tag : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Tag)));

    /// <summary>What is wrong with a transferred file, or null.</summary>
    /// <param name="path">The file on disk.</param>
    public string? Problem(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (Length is { } length && stream.Length != length) return $"it has {stream.Length} bytes where {length} were announced";
        string? found = Tag.Length switch
        {
            Sha256Digits when IsHex(Tag) => Convert.ToHexStringLower(SHA256.HashData(stream)),
            Sha1Digits when IsHex(Tag) => GitHash(stream),
            _ => null,   // a mirror's tag, which tells nothing about the content
        };
        return found is null || found == Tag ? null : $"its checksum is {found} where {Tag} was announced";
    }

    // Git hashes a file together with its length; SHA-1 is git's choice, and a check against damage here.
#pragma warning disable CA5350
    private static string GitHash(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(
            Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"blob {stream.Length}\0")));
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
#pragma warning restore CA5350

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigitLower);
}
