using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Each operation in float32 and bfloat16 against float64, forward and backward, on the processor at hand:
/// kernels are chosen by processor, and some have been wrong.</summary>
public sealed class ProductsTests
{
    public static TheoryData<long, long, long, long, long> Convolutions
    {
        get
        {
            var cases = new TheoryData<long, long, long, long, long>();
            foreach (var (inputs, outputs) in (ReadOnlySpan<(long, long)>)[(3, 4), (3, 32), (4, 8), (8, 8), (8, 16), (16, 16), (64, 16)])
                foreach (var (kernel, stride) in (ReadOnlySpan<(long, long)>)[(1, 1), (3, 1), (3, 2)])
                    foreach (long side in (ReadOnlySpan<long>)[1, 2, 7, 16])
                        cases.Add(inputs, outputs, side, kernel, stride);
            return cases;
        }
    }

    [Fact]
    public void Run_OnThisProcessor_FindsNothingButRounding() =>
        ProductCheck.Run().Should().OnlyContain(e => e.IsRounding).And.OnlyContain(e => e.BFloat16 > e.Float32 && e.Float32 > 0);

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Convolution_OfAnyShape_DiffersByRoundingAlone(long inputs, long outputs, long side, long kernel, long stride)
    {
        using var random = new Generator(5);

        ProductCheck.Convolution(random, inputs, outputs, side, kernel, stride).Should().Match<ProductError>(e => e.IsRounding);
    }

    [Fact]
    public void OtherOperations_OfRandomShapes_DifferByRoundingAlone()
    {
        using var random = new Generator(7);
        var shapes = new Random(7);
        var errors = new List<ProductError>();
        for (int i = 0; i < 40; i++)
        {
            errors.Add(ProductCheck.Linear(random, shapes.Next(1, 60), shapes.Next(1, 130), shapes.Next(1, 130)));
            errors.Add(ProductCheck.Product(random, shapes.Next(1, 9), shapes.Next(1, 130), shapes.Next(1, 130)));
            errors.Add(ProductCheck.Attention(random, shapes.Next(1, 5), shapes.Next(1, 60), 8 * shapes.Next(1, 9), causal: i % 2 == 0));
            int patch = shapes.Next(2, 17);
            errors.Add(ProductCheck.Patches(random, (patch * shapes.Next(1, 5)) + shapes.Next(0, patch), patch, shapes.Next(1, 70)));
        }

        errors.Where(e => !e.IsRounding).Should().BeEmpty();
    }

    [Fact]
    public void Patches_InFloat32_AreTheConvolution()
    {
        using var random = new Generator(3);
        using var scope = NewDisposeScope();
        Tensor pixels = randn([2, 3, 20, 20], generator: random), weight = randn([8, 3, 8, 8], generator: random);

        Tensor patches = Products.Patches(pixels, weight);

        patches.Equals(nn.functional.conv2d(pixels, weight, strides: [8, 8]).flatten(2).transpose(1, 2)).Should().BeTrue();
    }
}
