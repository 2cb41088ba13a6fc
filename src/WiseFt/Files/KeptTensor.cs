using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>A tensor kept in a file of its own with a checksum, so that it is computed once.
/// A file that is missing or damaged is written anew.</summary>
/// <remarks>The file's name stands for everything that decides the tensor: whoever keeps it puts a hash of that into the name.</remarks>
internal static class KeptTensor
{
    private const string Checksum = "sha256";

    /// <summary>Makes sure that the file holds the tensor, computing it unless it is there and whole.</summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="name">What the tensor is called in it.</param>
    /// <param name="shape">The tensor's shape; a file with another is written anew.</param>
    /// <param name="compute">Computes the tensor, on any device.</param>
    /// <returns>The open file.</returns>
    public static SafetensorsFile Open(string path, string name, long[] shape, Func<Tensor> compute)
    {
        if (!IsWhole(path, name, shape))
        {
            using Tensor computed = compute(), host = computed.cpu();
            SafetensorsFile.Write(path, new Dictionary<string, Tensor> { [name] = host }, new Dictionary<string, string>
            {
                [Checksum] = ChecksumOf(name, host),
            });
        }
        return SafetensorsFile.Open(path);
    }

    private static bool IsWhole(string path, string name, long[] shape)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            using Tensor tensor = file.Read(name);
            return tensor.shape.AsSpan().SequenceEqual(shape) && file.Metadata.GetValueOrDefault(Checksum) == ChecksumOf(name, tensor);
        }
        catch (CheckpointException)
        {
            return false; // what is computed takes its place
        }
    }

    private static string ChecksumOf(string name, Tensor tensor) => TensorHash.Sha256("", [KeyValuePair.Create(name, tensor)]);
}
