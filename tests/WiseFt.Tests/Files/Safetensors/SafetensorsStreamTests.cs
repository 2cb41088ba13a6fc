using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Safetensors read from a stream straight to where the tensors stay.</summary>
public sealed class SafetensorsStreamTests
{
    // Of these the float64 comes first in the file, whatever the names say.
    private static readonly (string Name, ScalarType Type, long[] Shape)[] _tensors =
        [
            ("a", ScalarType.Float32, [2, 3]), ("b", ScalarType.Float64, [4]), ("empty", ScalarType.Float32, [0, 5]),
            ("scalar", ScalarType.Float32, [])];

    [Fact]
    public void CopyTo_TensorsOfEveryKind_FillsEachWithItsOwn()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> written = Tensors(t => rand(t.Shape, dtype: t.Type)), read = Tensors(t => zeros(t.Shape, dtype: t.Type));
        read["a"] = zeros(3, 2).t(); // not contiguous

        Stream(written, out int length).CopyTo(read);

        length.Should().BePositive();
        foreach (var (name, tensor) in written) read[name].Equals(tensor).Should().BeTrue(name);
    }

    [Fact]
    public void CopyTo_OtherDestinations_IsRefused()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> written = Tensors(t => rand(t.Shape, dtype: t.Type));
        Dictionary<string, Tensor> fewer = new(written), other = new(written) { ["a"] = zeros(3, 2) },
            half = new(written) { ["a"] = zeros(2, 3, dtype: ScalarType.Float16) };
        fewer.Remove("b");

        foreach (Dictionary<string, Tensor> destinations in (Dictionary<string, Tensor>[])[fewer, other, half])
            FluentActions.Invoking(() => Stream(written, out _).CopyTo(destinations)).Should().Throw<WeightMismatchException>();
    }

    [Fact]
    public void Open_CutShortAnywhere_IsRefusedThereOrWhenItIsRead()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> written = Tensors(t => rand(t.Shape, dtype: t.Type));
        byte[] whole = Bytes(written);
        for (int cut = 0; cut < whole.Length; cut++)
        {
            byte[] part = whole[..cut];
            FluentActions.Invoking(() => SafetensorsStream.Open(new MemoryStream(part), whole.Length, "cut").CopyTo(written))
                .Should().Throw<CheckpointException>("{0} bytes are there", cut);
        }
    }

    private static Dictionary<string, Tensor> Tensors(Func<(string Name, ScalarType Type, long[] Shape), Tensor> make) =>
        _tensors.ToDictionary(t => t.Name, make);

    private static SafetensorsStream Stream(Dictionary<string, Tensor> tensors, out int length)
    {
        byte[] bytes = Bytes(tensors);
        length = bytes.Length;
        return SafetensorsStream.Open(new MemoryStream(bytes), length, "stream");
    }

    private static byte[] Bytes(Dictionary<string, Tensor> tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors);
        return stream.ToArray();
    }
}
