using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class PackedWeightsTests
{
    [Theory]
    [InlineData(Precision.Float32, 1e-5)]
    [InlineData(Precision.BFloat16, 0.01)]
    [InlineData(Precision.Int8, 0.02)]
    public void Linear_WithPackedWeights_DiffersByRoundingAlone(Precision precision, double error)
    {
        if (precision == Precision.Int8 && IsRefusedHere()) return;
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using var random = new Generator(3);
        using var packed = new PackedWeights();
        (long, long, long)[] shapes = [(1, 8, 24), (50, 64, 192), (400, 192, 768), (3, 768, 512)];
        foreach (var (rows, inputs, outputs) in shapes)
        {
            Tensor x = randn([2, rows, inputs], generator: random), w = randn([outputs, inputs], generator: random);
            Tensor b = randn([outputs], generator: random), exact = nn.functional.linear(x.@double(), w.@double(), b.@double());
            using IDisposable way = Products.In(precision, packed);

            Tensor whole = Products.Linear(x, w, b), part = Products.Linear(x, w, b, new LayerRows(2, 5));

            Error(whole, exact).Should().BeLessThan(error);
            Error(part, exact.narrow(2, 2, 5)).Should().BeLessThan(2 * error);
        }
    }

    [Fact]
    public void Linear_InInt8_GivesARowTheSameWhateverIsBesideIt()
    {
        if (IsRefusedHere()) return;
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using var random = new Generator(3);
        using var packed = new PackedWeights();
        using IDisposable way = Products.In(Precision.Int8, packed);
        Tensor w = randn([96, 64], generator: random), b = randn([96], generator: random);
        Tensor row = randn([1, 64], generator: random), large = full([1, 64], 1e6);

        Tensor alone = Products.Linear(row, w, b), beside = Products.Linear(cat([large, row]), w, b);

        beside[1].Equals(alone[0]).Should().BeTrue();
    }

    [Fact]
    public void Linear_InInt8WithoutPackedWeights_IsTheSame()
    {
        if (IsRefusedHere()) return;
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using var random = new Generator(3);
        using var packed = new PackedWeights();
        Tensor x = randn([3, 64], generator: random), w = randn([96, 64], generator: random), b = randn([96], generator: random);
        Tensor Linear(PackedWeights? weights)
        {
            using IDisposable way = Products.In(Precision.Int8, weights);
            return Products.Linear(x, w, b);
        }

        Linear(null).Equals(Linear(packed)).Should().BeTrue();
    }

    [Fact]
    public void Linear_OfZerosInInt8_IsTheBias()
    {
        if (IsRefusedHere()) return;
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using var packed = new PackedWeights();
        using IDisposable way = Products.In(Precision.Int8, packed);

        Products.Linear(zeros(2, 8), zeros(4, 8), ones(4)).Equals(ones(2, 4)).Should().BeTrue();
    }

    [Fact]
    public void Dispose_BeforeWeightsChange_LetsTheChangeBeSeen()
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using var packed = new PackedWeights();
        using IDisposable way = Products.In(Precision.Float32, packed);
        Tensor x = ones(1, 8), w = ones(16, 8), b = zeros(16);
        Tensor before = Products.Linear(x, w, b);
        w.fill_(Scalars.Zero);
        packed.Dispose();

        Products.Linear(x, w, b).sum().item<float>().Should().Be(0);
        before.sum().item<float>().Should().Be(128);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(100, true)]
    public void For_AFewItems_PacksNothing(int items, bool isPacked)
    {
        using PackedWeights? packed = PackedWeights.For(items);

        (packed is not null).Should().Be(isPacked);
    }

    /// <summary>Where the processor does not multiply bytes, that is said.</summary>
    private static bool IsRefusedHere()
    {
        if (OneDnn.HasInt8) return false;
        FluentActions.Invoking(() => OneDnn.RequireInt8(DeviceType.CPU)).Should().Throw<NotSupportedException>().WithMessage("*int8*");
        return true;
    }

    private static double Error(Tensor found, Tensor exact) => ((found - exact).norm() / exact.norm()).item<double>();
}
