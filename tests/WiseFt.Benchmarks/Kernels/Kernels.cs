using BenchmarkDotNet.Attributes;
using TorchSharp;
using WiseFt.Images;
using WiseFt.Merging;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>The loops that are the library's own, one by one:
/// <c>dotnet run -c Release --project tests/WiseFt.Benchmarks -- kernels</c>.</summary>
[MemoryDiagnoser]
public class Kernels
{
    private const int Weights = 4 << 20, Prompts = 100;

    private static readonly ClipPreprocessor _preprocessor = new();
    private readonly RgbImage _image = new(500, 375, RandomBytes(500 * 375 * 3));
    private readonly float[] _pixels = new float[3 * 224 * 224];
    private readonly string[] _texts = [.. Enumerable.Range(0, Prompts).Select(i => $"a photo of a large number {i}, a type of thing.")];
    private Tensor _a = null!, _b = null!, _c = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup() => (_a, _b, _c) = (rand(Weights).DetachFromDisposeScope(), rand(Weights).DetachFromDisposeScope(), empty(Weights)
        .DetachFromDisposeScope());

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
    }

    /// <summary>Resize, crop and normalisation of a photograph to 224 x 224.</summary>
    [Benchmark]
    public void Preprocess() => _preprocessor.Preprocess(_image, _pixels);

    /// <summary>The mixture of two tensors of 16 MiB.</summary>
    [Benchmark]
    public void Mix() => LinearCombination.Write("w", _c, [_a, _b], [0.7, 0.3]);

    /// <summary>A copy of one, to compare the mixture with.</summary>
    [Benchmark]
    public void Copy() => _c.copy_(_a);

    /// <summary>The ids of a hundred prompts.</summary>
    [Benchmark]
    public int Tokenize() => _texts.Sum(text => ClipTokenizer.Default.EncodeIds(text).Length);

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
