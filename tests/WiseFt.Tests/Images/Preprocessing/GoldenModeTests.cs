using WiseFt.Files;
using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Every mode that Pillow tells apart, exact: made by Golden/make_golden.py.</summary>
public sealed class GoldenModeTests
{
    private static readonly string _folder = Path.Combine(Fixtures.RepositoryRoot, "tests", "WiseFt.Tests", "Images", "Golden");
    private static readonly Lazy<Dictionary<string, byte[]>> _expected = new(ReadExpected);

    public static TheoryData<string> Names() => [.. _expected.Value.Keys.Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public void Decode_AndResize_AgreeWithPillowToTheBit(string name)
    {
        string[] parts = name.Split('@');
        RgbImage image = ImageSource.FromFile(Path.Combine(_folder, "images", parts[0])).Decode();

        byte[] result = parts[1] == "decoded" ? image.Pixels : Interleaved(Render(image, parts[1]), 24);

        result.AsSpan().SequenceEqual(_expected.Value[name]).Should().BeTrue($"{name} must not differ in any byte");
    }

    private static byte[] Render(RgbImage image, string recipe)
    {
        ClipPreprocessor shortest = new() { Resolution = 24 };
        return recipe switch
        {
            "shortest" => shortest.ToPixels(image),
            "huggingface" => (shortest with { Convention = PreprocessingConvention.HuggingFace }).ToPixels(image),
            "squash" => (shortest with { ResizeMode = ResizeMode.Squash }).ToPixels(image),
            "longest" => (shortest with { ResizeMode = ResizeMode.Longest, FillColor = 99 }).ToPixels(image),
            "crop" => Crop(shortest, image, new CropBox(5, 3, 31, 26)),
            _ => (shortest with { ResizeFilter = Enum.Parse<ResizeFilter>(recipe, ignoreCase: true) }).ToPixels(image),
        };
    }

    // Without mean and deviation a float is v / 255.
    private static byte[] Crop(ClipPreprocessor preprocessor, RgbImage image, CropBox box)
    {
        float[] values = new float[3 * 24 * 24];
        (preprocessor with { Mean = [0, 0, 0], StandardDeviation = [1, 1, 1] }).PreprocessCrop(image, box, values);
        return [.. values.Select(v => (byte)MathF.Round(v * 255))];
    }

    private static byte[] Interleaved(byte[] planar, int side) =>
        [.. Enumerable.Range(0, planar.Length).Select(i => planar[i % 3 * side * side + i / 3])];

    private static Dictionary<string, byte[]> ReadExpected()
    {
        using var file = SafetensorsFile.Open(Path.Combine(_folder, "expected.safetensors"));
        Dictionary<string, byte[]> tensors = [];
        foreach (string name in file.Tensors.Keys)
        {
            using Tensor tensor = file.Read(name);
            tensors[name] = tensor.data<byte>().ToArray();
        }
        return tensors;
    }
}
