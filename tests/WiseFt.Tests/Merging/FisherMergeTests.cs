using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class FisherMergeTests : IDisposable
{
    private readonly MergedInformation _golden = new();

    public void Dispose() => _golden.Dispose();

    [Fact]
    public void Merge_ThreeModels_AreNumPysMean()
    {
        var method = new FisherMerge(MergedInformation.Settings(new() { Floor = 1e-3 }), _golden.Of("fisher-"));
        using Weights merged = new MergeEngine(method, _golden.Of("")).ToWeights();
        MergedInformation.AssertClose(merged, _golden.Read("fisher/"));
    }

    [Fact]
    public void Merge_ByHand_IsTheMeanWeightedByInformationAndFloor()
    {
        // alpha .25: (.75 * .01 * 1 + .25 * .03 * 3) / (.75 * .01 + .25 * .03) = 2; below the floor the weights alone count.
        Merged(new() { Floor = 1e-4 }, [0.75, 0.25], [1, 1], [3, 5], [0.01f, 1e-9f], [0.03f, 0f]).Should().Equal(2, 2);
    }

    [Theory, InlineData(0.0), InlineData(1.0)]
    public void Merge_AtAnEndPoint_IsThatModelBitForBit(double alpha)
    {
        float[] first = [0.1f, -3.7e-5f, 1e9f], second = [7.3f, 0.33333f, -2e-9f];
        Merged(new(), [1 - alpha, alpha], first, second, [1e-3f, 0, 2], [5e-7f, 1, 0]).Should().Equal(alpha == 0 ? first : second);
    }

    [Fact]
    public void Merge_OfATensorOfMoreThanAPiece_IsTheSameEverywhere()
    {
        float[] values = [.. Enumerable.Repeat(1f, (1 << 20) + 3)], others = [.. values.Select(v => 4f)];
        Merged(new(), [1, 1], values, others, values, [.. values.Select(v => 2f)]).Should().OnlyContain(v => v == 3);
    }

    [Fact]
    public void Merge_WithoutFloorWhereNothingIsKnown_IsTheMean() =>
        Merged(new() { Floor = 0 }, [1, 3], [0, 8], [4, 0], [0, 1], [0, 0]).Should().Equal(3, 8);

    [Fact]
    public void Merge_InformationOfSomeModels_IsRefused() =>
        Refused("*Fisher information of 'b' in 1 of 2 models, and not in the fisher 1*", ("w", [1f]), ("b", [1f]));

    [Fact]
    public void Merge_InformationOfAnotherShape_IsRefused() =>
        Refused("*'w' is (2) in the fisher 2 and (1) in the model 1*", ("w", [1f]), ("w", [1f, 2f]));

    [Fact]
    public void Merge_InformationOfAnotherModel_IsRefused() =>
        Refused("*fisher 2 is of another model*", ("w", [1f]), ("module.w", [1f]));

    private static void Refused(string message, (string, float[]) first, (string, float[]) second)
    {
        MergeModel[] models =
            [.. new[] { "model 1", "model 2" }.Select(name => MergedInformation.Model(name, ("w", [1f]), ("b", [2f])))];
        var method = new FisherMerge(
            MergedInformation.Settings(new(), 1, 1),
            [MergedInformation.Model("fisher 1", first), MergedInformation.Model("fisher 2", second)]);
        FluentActions.Invoking(() => new MergeEngine(method, models).ToWeights())
            .Should().Throw<WeightMismatchException>().WithMessage(message);
    }

    private static float[] Merged(
        MergeParameters all, double[] weights, float[] first, float[] second, float[] firstFisher, float[] secondFisher)
    {
        var method = new FisherMerge(
            MergedInformation.Settings(all, weights),
            [MergedInformation.Model("fisher 1", ("w", firstFisher)), MergedInformation.Model("fisher 2", ("w", secondFisher))]);
        using Weights merged = new MergeEngine(
            method, MergedInformation.Model("model 1", ("w", first)), MergedInformation.Model("model 2", ("w", second))).ToWeights();
        return merged["w"].data<float>().ToArray();
    }
}
