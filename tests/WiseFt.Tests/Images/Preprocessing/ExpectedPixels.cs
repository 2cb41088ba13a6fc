using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>The uint8 tensors of tests/Fixtures/pixels.safetensors, named image@size.</summary>
internal static class ExpectedPixels
{
    private static readonly Lazy<Dictionary<string, byte[]>> _all = new(Read);

    public static IEnumerable<string> Names => _all.Value.Keys;

    public static byte[] Of(string name) => _all.Value[name];

    private static Dictionary<string, byte[]> Read()
    {
        using var file = SafetensorsFile.Open(Fixtures.Path("pixels.safetensors"));
        Dictionary<string, byte[]> tensors = [];
        foreach (string name in file.Tensors.Keys)
        {
            using Tensor tensor = file.Read(name);
            tensors[name] = tensor.data<byte>().ToArray();
        }
        return tensors;
    }
}
