using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class RegMeanMergeTests : IDisposable
{
    private readonly MergedInformation _golden = new();

    public void Dispose() => _golden.Dispose();

    [Fact]
    public void Merge_ThreeModels_AreNumPys()
    {
        var method = new RegMeanMerge(MergedInformation.Settings(new()), _golden.Of("products-"));
        using Weights merged = new MergeEngine(method, _golden.Of("")).ToWeights();
        MergedInformation.AssertClose(merged, _golden.Read("regmean/"), 1e-5);
    }

    [Theory, InlineData(0.95), InlineData(1.0), InlineData(0.0)]
    public void Merge_OfEqualModels_IsTheModel(double scale)
    {
        MergeModel model = _golden.Of("")[0];
        var method = new RegMeanMerge(MergedInformation.Settings(new() { Scale = scale }), _golden.Of("products-"));
        using Weights merged = new MergeEngine(method, model, model, model).ToWeights();
        MergedInformation.AssertClose(merged, _golden.Read("a/"), 1e-5);
    }

    [Fact]
    public void Merge_OfOneModel_IsItself()
    {
        var method = new RegMeanMerge(MergedInformation.Settings(new(), 1), [_golden.Of("products-")[1]]);
        using Weights merged = new MergeEngine(method, _golden.Of("")[1]).ToWeights();
        MergedInformation.AssertClose(merged, _golden.Read("b/"), 1e-5);
    }

    [Fact]
    public void Merge_WithDiagonalProducts_IsTheMeanByInput()
    {
        // Input 0 counts 3 to 1 for the first model, input 1 is used by none of them: the mean.
        using Weights merged = Merge(new(), [[3, 0], [0, 0]], [[1, 0], [0, 0]]);
        merged["c_fc.weight"].data<float>().ToArray().Should().Equal(2, 6);
    }

    [Fact]
    public void Merge_SingularProductsWhole_AreRefusedWithWhatToDo()
    {
        float[][] one = [[1, 1], [1, 1]];
        FluentActions.Invoking(() => Merge(new() { Scale = 1 }, one, one))
            .Should().Throw<ArgumentException>().WithMessage("*'c_fc.weight' are singular*scale*below 1*");
        using Weights merged = Merge(new(), one, one);
        merged["c_fc.weight"].data<float>().ToArray().Should().Equal([3, 6], (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Merge_ProductsOfAnotherSize_AreRefused() =>
        FluentActions.Invoking(() => Merge(new(), [[1, 1], [1, 2]], [[1]]))
            .Should().Throw<WeightMismatchException>().WithMessage("*(1, 1) in the products 2*(1, 2); expected (2, 2)*");

    [Fact]
    public void Merge_ProductsOfSomeModels_AreRefused() =>
        FluentActions.Invoking(() => Merge(new(), [[1, 1], [1, 2]], [[1]], secondName: "other.weight"))
            .Should().Throw<WeightMismatchException>().WithMessage("*in 1 of 2 models, and not in the products 2*");

    /// <summary>Merges the layers (1, 4) and (5, 8), of two inputs and one output.</summary>
    private static Weights Merge(MergeParameters all, float[][] first, float[][] second, string secondName = "c_fc.weight")
    {
        using MergeModelPair models = new(Layer("c_fc.weight", [[1, 4]]), Layer("c_fc.weight", [[5, 8]]), "model");
        using MergeModelPair products = new(Layer("c_fc.weight", first), Layer(secondName, second), "products");
        return new MergeEngine(new RegMeanMerge(MergedInformation.Settings(all, 1, 1), products.Models), models.Models).ToWeights();
    }

    private static Weights Layer(string name, float[][] rows) =>
        new([KeyValuePair.Create(name, tensor(rows.SelectMany(r => r).ToArray()).reshape(rows.Length, -1))]);

    private sealed class MergeModelPair(Weights first, Weights second, string name) : IDisposable
    {
        public MergeModel[] Models { get; } = [new($"{name} 1", first), new($"{name} 2", second)];

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
