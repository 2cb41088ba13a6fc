using System.IO.Hashing;

namespace WiseFt.Files;

/// <summary>Whether a file is the one that another file speaks of.</summary>
internal static class FileChecksum
{
    /// <summary>XXH128 of a file, in lower-case hexadecimal digits.</summary>
    public static string Of(string path)
    {
        using FileStream stream = File.OpenRead(path);
        var hash = new XxHash128();
        hash.Append(stream);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Throws unless a file has a checksum.</summary>
    /// <param name="path">The file.</param>
    /// <param name="checksum">What <see cref="Of"/> gave.</param>
    /// <param name="source">The file that has it.</param>
    /// <exception cref="CheckpointException">It has another: it was changed, or is another run's.</exception>
    public static void Require(string path, string checksum, string source)
    {
        if (Of(path) != checksum)
            throw new CheckpointException(
                $"{path} is not the file that {source} beside it was written with: it was changed since, or the folder has files of two " +
                $"runs. Train again; or, to use it as it is, delete its line in 'checksums' of {source}.");
    }
}
