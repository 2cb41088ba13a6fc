using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class CombineTests
{
    private const int Length = 200_003; // several chunks, and a rest that is no whole vector

    [Theory, InlineData(0.0), InlineData(0.3), InlineData(0.5), InlineData(1.0)]
    public void Combine_OfTwoModels_IsTheInterpolationBitForBit(double alpha)
    {
        using Weights a = Model(1), b = Model(2);
        using Weights interpolation = WiseFt.WeightSpace.Interpolate(a, b, alpha),
        combination = WiseFt.WeightSpace.Combine([a, b], [1 - alpha, alpha]);
        combination
            .Should().HaveCount(interpolation.Count).And.OnlyContain(w => WiseFt.WeightSpace.AreEqual(w.Value, interpolation[w.Key]));
    }

    [Fact]
    public void Combine_OfThreeModels_IsTheirSumInFloat64RoundedOnce()
    {
        using Weights a = Model(1), b = Model(2), c = Model(3);
        using Weights soup = WiseFt.WeightSpace.Combine([a, b, c], [0.5, 0.2, 0.3]);
        float[] x = [.. a["w"].data<float>()], y = [.. b["w"].data<float>()], z = [.. c["w"].data<float>()];
        soup["w"].data<float>().ToArray()
            .Should().Equal(Enumerable.Range(0, Length).Select(i => (float)(x[i] * 0.5 + y[i] * 0.2 + z[i] * 0.3)));
        soup["half"].dtype.Should().Be(ScalarType.Float16);
        soup["count"].item<long>().Should().Be(1, "counters come from the first model");
    }

    [Theory]
    [InlineData(new[] { 0.5, 0.5 }, "*2 shares and 3 models*")]
    [InlineData(new[] { 0.5, 0.5, 0.1 }, "*0.5, 0.5, 0.1*1.1*expected 1*")]
    [InlineData(new[] { 1.5, -0.5, 0.0 }, "*1.5*[0, 1]*")]
    [InlineData(new[] { double.NaN, 0.5, 0.5 }, "*NaN*[0, 1]*")]
    public void Combine_WithSharesThatAreNone_Refuses(double[] shares, string message)
    {
        using Weights a = Model(1), b = Model(2), c = Model(3);
        Action act = () => WiseFt.WeightSpace.Combine([a, b, c], shares);
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Combine_OfNoModel_Refuses()
    {
        Action act = () => WiseFt.WeightSpace.Combine([], []);
        act.Should().Throw<ArgumentException>().WithMessage("*at least one*");
    }

    [Fact]
    public void Combine_WithAModelOfAnotherShape_SaysWhichModel()
    {
        using Weights a = Model(1), b = Model(2), odd = new([.. Model(3).Where(w => w.Key != "w"), KeyValuePair.Create("w", zeros(3))]);
        Action act = () => WiseFt.WeightSpace.Combine([a, b, odd], [0.5, 0.25, 0.25]);
        act.Should().Throw<WeightMismatchException>().WithMessage("*'w' is (200003) in the first model and (3) in the model 3*");
    }

    private static Weights Model(long seed)
    {
        using var generator = new Generator((ulong)seed);
        return new Weights(new Dictionary<string, Tensor>
        {
            ["w"] = randn(Length, generator: generator),
            ["half"] = randn(5, generator: generator).to(float16),
            ["count"] = tensor(seed),
        });
    }
}
