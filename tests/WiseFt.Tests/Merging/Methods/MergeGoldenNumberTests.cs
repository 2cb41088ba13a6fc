using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Numbers computed in plain Python from the definitions of papers.</summary>
public sealed class MergeGoldenNumberTests
{
    private const double Tolerance = 1e-6;

    private static readonly float[] _w0 = [1, -2, 0.5f, 3, -1, 0.25f], _w1 = [1.4f, -1.5f, 0.5f, 2, -1.2f, 0.95f],
        _w2 = [0.7f, -2.6f, 0.9f, 3.4f, -0.9f, 0.05f], _w3 = [1.2f, -2.1f, 0.7f, 2.6f, -1.3f, 0.65f], _zero = new float[6];

    private static readonly double[] _tau1 = [0.4, 0.5, 0, -1, -0.2, 0.7], _tau2 = [-0.3, -0.6, 0.4, 0.4, 0.1, -0.2],
        _tau3 = [0.2, -0.1, 0.2, -0.4, -0.3, 0.4];

    [Fact]
    public void TaskVectors_OfModels_AreTheirDifferencesFromTheBase()
    {
        using var scope = NewDisposeScope();
        using Weights theta0 = MergeRun.Model(("w", tensor(_w0))), first = MergeRun.Model(("w", tensor(_w1))),
            second = MergeRun.Model(("w", tensor(_w2)));
        Tensor[] taus = TaskVectorMerge.TaskVectors("w", MergeRun.Models(theta0, [first, second]));
        Near(MergeRun.Numbers(taus[0]), _tau1);
        Near(MergeRun.Numbers(taus[1]), _tau2);
    }

    [Fact]
    public void Slerp_OfTwoVectors_IsOnTheArc()
    {
        Near(
            MergeRun.OfTensor(MergeMethod.Slerp, new() { T = 0.3 }, _w1, _w2),
            [1.215801, -1.876565, 0.635863, 2.481405, -1.135184, 0.693161]);
        Near(MergeRun.OfTensor(MergeMethod.Slerp, new() { T = 0.5 }, [1, 0], [0, 2]), [0.707107, 1.414214]);
        Near(MergeRun.OfTensor(MergeMethod.Slerp, new() { T = 0.25 }, [1, 1], [2, 2]), [1.25, 1.25]);
        Products(Doubles(_w1), Doubles(_w2)).Cosine(0, 1).Should().BeApproximately(0.892357, Tolerance);
    }

    [Fact]
    public void TaskArithmetic_OfTwoTasks_AddsThem() => Near(
        MergeRun.OfTensor(MergeMethod.TaskArithmetic, new() { Lambda = 0.4 }, _w0, _w1, _w2), [1.04, -2.04, 0.66, 2.76, -1.04, 0.45]);

    [Fact]
    public void ModelStock_OfTwoModels_IsBetweenBaseAndMean() => Near(
        MergeRun.OfTensor(MergeMethod.ModelStock, new(), _w0, _w1, _w3), [1.263265, -1.82449, 0.587755, 2.385715, -1.219387, 0.732652]);

    [Fact]
    public void ModelStock_OfTaskVectorsThatDisagree_IsTheBase()
    {
        MergeRun.OfTensor(MergeMethod.ModelStock, new(), _w0, _w1, _w2).Should().Equal(_w0);
        MergeRun.OfTensor(MergeMethod.ModelStock, new(), _w0, _w1, _w2, _w3).Should().Equal(_w0);
    }

    [Fact]
    public void ModelStock_Ratio_TakesTheMeanOfCosines()
    {
        double two = ModelStock.MeanCosine(Products(_tau1, _tau2)), similar = ModelStock.MeanCosine(Products(_tau1, _tau3));
        two.Should().BeApproximately(-0.776995, Tolerance);
        ModelStock.Ratio(two, 2).Should().BeApproximately(-6.968413, Tolerance);
        similar.Should().BeApproximately(0.781817, Tolerance);
        ModelStock.Ratio(similar, 2).Should().BeApproximately(0.87755, Tolerance);
        InnerProducts three = Products(_tau1, _tau2, _tau3);
        three.Cosine(1, 2).Should().BeApproximately(-0.29673, Tolerance);
        ModelStock.MeanCosine(three).Should().BeApproximately(-0.097303, Tolerance, "the mean angle's cosine would be -0.097701");
        ModelStock.Ratio(ModelStock.MeanCosine(three), 3).Should().BeApproximately(-0.362442, Tolerance);
    }

    [Fact] // three vectors 120 degrees apart, where 1 + (N - 1) cos is 0 but for rounding, on either side of it
    public void ModelStock_AtThePole_IsTheBase()
    {
        float root = MathF.Sqrt(3) / 2;
        for (int scale = 1; scale < 200; scale++)
            MergeRun.OfTensor(MergeMethod.ModelStock, new(), [0, 0], [scale, 0], [-0.5f, root], [-0.5f, -root]).Should().Equal(0, 0);
    }

    [Fact]
    public void Ties_WithHalfOfTheEntries_ElectsSigns()
    {
        double[] merged = [0, -0.6, 0.4, -1, 0, 0.7];
        var half = new MergeParameters { Density = 0.5 };
        float[] taus1 = [.. _tau1.Select(x => (float)x)], taus2 = [.. _tau2.Select(x => (float)x)];
        Near(MergeRun.OfTensor(MergeMethod.Ties, half, _zero, taus1), [0, 0.5, 0, -1, 0, 0.7]);
        Near(MergeRun.OfTensor(MergeMethod.Ties, half, _zero, taus2), [0, -0.6, 0.4, 0.4, 0, 0]);
        Near(MergeRun.OfTensor(MergeMethod.Ties, half, _zero, taus1, taus2), merged);
        Near(MergeRun.OfTensor(MergeMethod.Ties, half with { Normalize = false }, _zero, taus1, taus2), merged);
        Near(MergeRun.OfTensor(MergeMethod.Ties, half with { Lambda = 0.5 }, _w0, _w1, _w2), [1, -2.3, 0.7, 2.5, -1, 0.6]);
    }

    [Theory]
    [InlineData(MergeTrim.Model, new[] { 0, 0, 0, -1, 0, 0.7 })]
    [InlineData(MergeTrim.Tensor, new[] { 0, 0.5, 0, -1, 0, 0 })]
    public void Ties_TrimmedToAThird_KeepsTheLargestOfModelOrTensor(MergeTrim trim, double[] expected)
    {
        using Weights theta0 = MergeRun.Model(("a", zeros(3)), ("b", zeros(3)));
        using Weights model = MergeRun.Model(("a", tensor([0.4f, 0.5f, 0])), ("b", tensor([-1, -0.2f, 0.7f])));
        // a third, and what float64 rounds off it
        using Weights merged = MergeRun.Of(MergeMethod.Ties, new() { Trim = trim, Density = 0.34 }, theta0, [model]);
        Near([.. MergeRun.Numbers(merged["a"]), .. MergeRun.Numbers(merged["b"])], expected);
    }

    [Fact]
    public void Della_Probabilities_GoWithRank()
    {
        float[] row = [0.4f, 0.5f, 0, -1, -0.2f, 0.7f];
        Near(Della.Probabilities(row, 0.5, 0.15), [0.47, 0.53, 0.35, 0.65, 0.41, 0.59]);
        Della.Probabilities([3], 0.5, 0.15).Should().Equal(0.5);
        Della.Probabilities([1, -1, 1], 0.5, 0.25).Should().Equal(0.25, 0.5, 0.75);
    }

    [Fact]
    public void Breadcrumbs_OfTenEntries_DropsTheLargestAndTheSmallest()
    {
        float[] numbers = [.. Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? 1 : -1) * 0.01f * (i + 1))];
        Near(
            MergeRun.OfTensor(MergeMethod.Breadcrumbs, new() { Density = 0.6, Gamma = 0.1 }, new float[10], numbers),
            [0, 0, 0, -0.04, 0.05, -0.06, 0.07, -0.08, 0.09, 0]);
    }

    [Fact]
    public void Lines_OfTwelveBlocks_GrowsFromAlphaToOne()
    {
        double[] expected = [0.3, 0.363636, 0.427273, 0.490909, 0.554545, 0.618182, 0.681818, 0.745455, 0.809091, 0.872727, 0.936364, 1];
        (string, Tensor)[] Tensors(float value) =>
            [.. Enumerable.Range(0, 12).Select(i => (FormattableString.Invariant($"resblocks.{i}.w"), tensor([value])))];
        using Weights theta0 = MergeRun.Model(Tensors(0)), model = MergeRun.Model(Tensors(1));
        using Weights merged = MergeRun.Of(MergeMethod.Lines, new() { Alpha = 0.3, Beta = 0.7 }, theta0, [model]);
        Near([.. Enumerable.Range(0, 12).Select(i => merged[FormattableString.Invariant($"resblocks.{i}.w")].data<float>()[0])], expected);
    }

    [Fact]
    public void MonoSoup_OfADiagonal_WeightsHeadAndTail()
    {
        var (head, high, low) = MonoSoup.Factors([4, 2, 1, 0.5], 0.8);
        head.Should().Be(2);
        low.Should().BeApproximately(0.289877, Tolerance);
        high.Should().BeApproximately(0.710123, Tolerance);
        Near(Diagonal(MergeMethod.MonoSoup), [2.840491, 1.420246, 0.289877, 0.144939]);
    }

    [Fact]
    public void MonoSoup_WithAllEnergyInTheHead_IsTheModel() => MonoSoup.Factors([4, 2, 1, 0.5], 1).Should().Be((4, 1, 0));

    [Fact]
    public void IsoC_OfADiagonal_MakesSingularValuesEqual() => Near(Diagonal(MergeMethod.IsoC), [1.875, 1.875, 1.875, 1.875]);

    private static float[] Diagonal(MergeMethod method)
    {
        using Weights theta0 = MergeRun.Model(("w", zeros(4, 4))), model = MergeRun.Model(("w", diag(tensor([4, 2, 1, 0.5f]))));
        using Weights merged = MergeRun.Of(method, new(), theta0, [model]);
        float[] numbers = MergeRun.Numbers(merged["w"]);
        numbers.Where((_, i) => i % 5 != 0).Should().OnlyContain(x => Math.Abs(x) < Tolerance);
        return [.. numbers.Where((_, i) => i % 5 == 0)];
    }

    private static InnerProducts Products(params double[][] vectors) => new(
        vectors.Length, [.. vectors.SelectMany(a => vectors.Select(b => a.Zip(b, (x, y) => x * y).Sum()))]);

    private static double[] Doubles(float[] numbers) => [.. numbers.Select(x => (double)x)];

    private static void Near(float[] actual, double[] expected) => Near(Doubles(actual), expected);

    private static void Near(double[] actual, double[] expected) =>
        actual.Should().Equal(expected, (a, e) => Math.Abs(a - e) <= Tolerance);
}
