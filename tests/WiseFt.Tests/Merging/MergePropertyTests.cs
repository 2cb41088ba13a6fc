using CsCheck;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>What holds for the merging of any models, whatever their shapes and types.</summary>
public sealed class MergePropertyTests : IDisposable
{
    private static readonly ScalarType[] _types =
        [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64, ScalarType.Int64];

    /// <summary>The tensors of one architecture, and what three models of it are drawn from.</summary>
    private static readonly Gen<((ScalarType Type, long[] Shape)[] Tensors, uint Seed)> _models = Gen.Select(
        Gen.Select(Gen.Int[0, _types.Length - 1].Select(i => _types[i]), Gen.Long[0, 9].Array[0, 3]).Array[1, 4], Gen.UInt);

    private static readonly Gen<double> _alpha = Gen.Double[0, 1];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Interpolate_AtTheEndPoints_IsThatModelBitForBit() => Check(_alpha, (a, b, _, _) =>
    {
        using Weights atZero = WiseFt.WeightSpace.Interpolate(a, b, 0), atOne = WiseFt.WeightSpace.Interpolate(a, b, 1);
        RequireSameBits(atZero, a);
        RequireSameBits(Floats(atOne), Floats(b));
        RequireSameBits(Integers(atOne), Integers(a));
    });

    [Fact]
    public void Interpolate_AlongAlpha_IsAffineWithinOneRounding() => Check(_alpha, (a, b, _, alpha) =>
    {
        using Weights mixture = WiseFt.WeightSpace.Interpolate(a, b, alpha);
        foreach (var (name, actual) in Floats(mixture))
        {
            double[] theta0 = Numbers(a[name]), theta1 = Numbers(b[name]);
            RequireNear(actual, [.. theta0.Zip(theta1, (x, y) => x + alpha * (y - x))], Largest(theta0, theta1));
        }
        RequireSameBits(Integers(mixture), Integers(a));
    });

    [Fact] // a sum of two does not depend on their order, where 1 - (1 - alpha) is alpha
    public void Interpolate_OfExchangedModels_IsTheSameBitForBit() => Check(Gen.Int[0, 1024].Select(n => n / 1024.0), (a, b, _, alpha) =>
    {
        using Weights mixture = WiseFt.WeightSpace.Interpolate(a, b, alpha), exchanged = WiseFt.WeightSpace.Interpolate(b, a, 1 - alpha);
        RequireSameBits(Floats(mixture), Floats(exchanged));
    });

    [Fact]
    public void Combine_OfPermutedModels_IsTheSameWithinOneRounding() => Check(Gen.Select(_alpha, _alpha), (a, b, c, parts) =>
    {
        double[] shares = Shares(parts);
        using Weights soup = WiseFt.WeightSpace.Combine([a, b, c], shares);
        using Weights permuted = WiseFt.WeightSpace.Combine([c, a, b], [shares[2], shares[0], shares[1]]);
        foreach (var (name, actual) in Floats(soup))
            RequireNear(actual, Numbers(permuted[name]), Largest(Numbers(a[name]), Numbers(b[name]), Numbers(c[name])));
    });

    [Fact]
    public void Merge_OfFiles_IsTheMergeInMemoryBitForBit() => Check(Gen.Select(_alpha, _alpha), (a, b, c, parts) =>
    {
        string[] files = [Write("a", a), Write("b", b), Write("c", c)];
        CheckpointMixture.Combine(files, Shares(parts), _folder.At("soup.safetensors"));
        CheckpointMixture.Interpolate(files[0], files[1], parts.Item1, _folder.At("mixture.safetensors"));
        using Weights soup = WiseFt.WeightSpace.Combine([a, b, c], Shares(parts)),
            mixture = WiseFt.WeightSpace.Interpolate(a, b, parts.Item1);
        using Weights soupOfFiles = Read("soup"), mixtureOfFiles = Read("mixture");
        RequireSameBits(soupOfFiles, soup);
        RequireSameBits(mixtureOfFiles, mixture);
    });

    private static void Check<T>(Gen<T> settings, Action<Weights, Weights, Weights, T> holds) => Gen.Select(_models, settings).Sample(
        (models, setting) =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(models.Seed);
            using Weights a = Model(models.Tensors, generator), b = Model(models.Tensors, generator), c = Model(models.Tensors, generator);
            holds(a, b, c, setting);
        },
        iter: 100,
        threads: 1);

    private static double[] Shares((double First, double Second) parts) =>
        [parts.First, (1 - parts.First) * parts.Second, (1 - parts.First) * (1 - parts.Second)];

    private static Weights Model((ScalarType Type, long[] Shape)[] tensors, Generator generator) =>
        new(tensors.Select((t, i) => KeyValuePair.Create(FormattableString.Invariant($"w{i}"), Tensor(t.Type, t.Shape, generator))));

    private static Tensor Tensor(ScalarType type, long[] shape, Generator generator)
    {
        using Scalar scale = 100;
        using Tensor numbers = randn(shape, dtype: float64, generator: generator), scaled = numbers.mul(scale);
        return scaled.to(type, copy: true);
    }

    private string Write(string name, Weights weights)
    {
        string path = _folder.At(name + ".safetensors");
        SafetensorsFile.Write(path, weights);
        return path;
    }

    private Weights Read(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_folder.At(name + ".safetensors"));
        return file.ReadAll();
    }

    private static Dictionary<string, Tensor> Floats(Weights weights) => weights.Where(w => w.Value.is_floating_point()).ToDictionary();

    private static Dictionary<string, Tensor> Integers(Weights weights) => weights.Where(w => !w.Value.is_floating_point()).ToDictionary();

    private static void RequireSameBits(IReadOnlyDictionary<string, Tensor> actual, IReadOnlyDictionary<string, Tensor> expected)
    {
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, tensor) in expected)
        {
            actual[name].dtype.Should().Be(tensor.dtype);
            actual[name].shape.Should().Equal(tensor.shape);
            actual[name].bytes.ToArray().Should().Equal(tensor.bytes.ToArray());
        }
    }

    /// <summary>Equal up to one rounding of the tensor's type, of a sum whose summands are at most that large.</summary>
    private static void RequireNear(Tensor actual, double[] expected, double largest)
    {
        double epsilon = actual.dtype switch
        {
            ScalarType.Float64 => Math.Pow(2, -52),
            ScalarType.Float32 => Math.Pow(2, -23),
            ScalarType.Float16 => Math.Pow(2, -10),
            _ => Math.Pow(2, -7),
        };
        // Float64 is rounded at each step, the others once at the end.
        double tolerance = (actual.dtype == ScalarType.Float64 ? 4 : 1) * epsilon * largest;
        Numbers(actual).Zip(expected).Where(p => !(Math.Abs(p.First - p.Second) <= tolerance)).Should().BeEmpty();
    }

    private static double Largest(params double[][] numbers) => numbers.SelectMany(n => n).Select(Math.Abs).DefaultIfEmpty().Max();

    private static double[] Numbers(Tensor tensor)
    {
        using Tensor wide = tensor.to(float64, copy: true), flat = wide.contiguous();
        return [.. flat.data<double>()];
    }
}
