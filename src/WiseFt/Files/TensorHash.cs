using System.Security.Cryptography;
using System.Text;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>Hashes of tensors: names, types, shapes and every bit, whatever their order.</summary>
internal static class TensorHash
{
    /// <summary>Adds named tensors to a hash.</summary>
    public static void Append(IncrementalHash hash, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            hash.AppendData(
                Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name}\n{tensor.dtype}\n{string.Join(',', tensor.shape)}\n")));
            foreach (Memory<byte> chunk in tensor.detach().cpu().contiguous().ByteChunks()) hash.AppendData(chunk.Span);
        }
    }

    /// <summary>SHA-256 of named tensors and of a text before them, as lower-case hexadecimal digits.</summary>
    public static string Sha256(string text, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        Append(hash, tensors);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
