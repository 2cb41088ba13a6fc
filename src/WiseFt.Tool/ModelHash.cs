using System.Security.Cryptography;
using WiseFt.Models;

namespace WiseFt.Tool;

/// <summary>Tells whether a CLIP model is still the one that training started from.</summary>
internal static class ModelHash
{
    /// <summary>SHA-256 over the weights of a model, of all its shards where there are several, as lower-case hexadecimal digits.</summary>
    /// <param name="model">What <see cref="ClipModel.Load"/> takes.</param>
    public static string Compute(string model)
    {
        ClipFiles files = ClipFiles.Find(model);
        string[] weights = files.Weights.EndsWith(".index.json", StringComparison.Ordinal)
            ? [.. Directory.GetFiles(files.Folder).Where(f => Path.GetExtension(f) is ".safetensors" or ".bin").Order(StringComparer.Ordinal)]
            : [files.Weights];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in weights)
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
