using TorchSharp;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class InterpolateTests
{
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(0.25, "0.25")]
    [InlineData(0.5, "0.5")]
    [InlineData(1.0, "1.0")]
    public void Interpolate_GoldenPair_IsWithinOneUnitInTheLastPlace(double alpha, string name)
    {
        using Weights a = Read("a"), b = Read("b"), expected = Read($"alpha-{name}");
        using Weights mixture = WiseFt.WeightSpace.Interpolate(a, b, alpha);
        mixture.Keys.Should().Equal(expected.Keys);
        foreach (var (key, tensor) in expected)
        {
            mixture[key].dtype.Should().Be(tensor.dtype);
            long[] actualBits = Bits(mixture[key]), expectedBits = Bits(tensor);
            actualBits.Zip(expectedBits).Should().OnlyContain(p => Math.Abs(p.First - p.Second) <= 1, "{0} at alpha {1}", key, alpha);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void Interpolate_AtAnEndpoint_ReturnsThatModelBitForBit(double alpha)
    {
        using Weights a = Read("a"), b = Read("b");
        using Weights mixture = WiseFt.WeightSpace.Interpolate(a, b, alpha);
        foreach (var (key, tensor) in alpha == 0 ? a : b) mixture[key].bytes.ToArray().Should().Equal(tensor.bytes.ToArray());
    }

    [Fact]
    public void Interpolate_OfDoubles_LeavesTheModelsAsTheyWere()
    {
        using Weights a = One("w", tensor(new double[] { 1, 2, 3 })), b = One("w", tensor(new double[] { 5, 2, -1 }));
        using Weights mixture = WiseFt.WeightSpace.Interpolate(a, b, 0.25);

        mixture["w"].data<double>().ToArray().Should().Equal(2, 2, 2);
        a["w"].data<double>().ToArray().Should().Equal(1, 2, 3);
        b["w"].data<double>().ToArray().Should().Equal(5, 2, -1);
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Interpolate_AlphaOutsideTheRange_IsRefusedWithTheValueAndTheRange(double alpha)
    {
        using Weights a = Read("a");
        Action act = () => WiseFt.WeightSpace.Interpolate(a, a, alpha);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*alpha*[0, 1]*");
    }

    [Fact]
    public void Interpolate_DifferentNames_NamesMissingAndUnknown()
    {
        using Weights a = One("encoder.w", ones(3)), b = One("encoder.v", ones(3));
        Action act = () => WiseFt.WeightSpace.Interpolate(a, b, 0.5);
        act.Should().Throw<WeightMismatchException>().WithMessage("*encoder.w*encoder.v*");
    }

    [Fact]
    public void Interpolate_DifferentShapes_NamesBothShapes()
    {
        using Weights a = One("w", ones(3, 4)), b = One("w", ones(1, 4));
        Action act = () => WiseFt.WeightSpace.Interpolate(a, b, 0.5);
        act.Should().Throw<WeightMismatchException>().WithMessage("*'w'*(3, 4)*(1, 4)*");
    }

    [Fact]
    public void Interpolate_DifferentTypes_NamesBothTypes()
    {
        using Weights a = One("w", ones(3)), b = One("w", ones(3, dtype: float16));
        Action act = () => WiseFt.WeightSpace.Interpolate(a, b, 0.5);
        act.Should().Throw<WeightMismatchException>().WithMessage("*Float32*Float16*");
    }

    private static Weights One(string name, Tensor tensor) => new([KeyValuePair.Create(name, tensor)]);

    private static Weights Read(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixtures.Path($"mixing/{name}.safetensors"));
        return file.ReadAll();
    }

    /// <summary>The numbers as integers whose neighbours are neighbouring floating-point numbers.</summary>
    private static long[] Bits(Tensor tensor) => tensor.dtype switch
    {
        ScalarType.Float32 => [.. tensor.data<float>().Select(x => Ordered(BitConverter.SingleToInt32Bits(x), int.MinValue))],
        ScalarType.Int64 => [.. tensor.data<long>()],
        _ => [.. Shorts(tensor.bytes.ToArray()).Select(x => Ordered(x, short.MinValue))],
    };

    private static IEnumerable<short> Shorts(byte[] bytes) =>
        Enumerable.Range(0, bytes.Length / 2).Select(i => BitConverter.ToInt16(bytes, 2 * i));

    private static long Ordered(long bits, long signBit) => bits < 0 ? signBit - bits : bits;
}
