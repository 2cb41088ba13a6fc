using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Edge cases of the merge methods.</summary>
public sealed class MergeMethodTests
{
    [Theory, InlineData(MergeMethod.DareLinear), InlineData(MergeMethod.DareTies)]
    public void Dare_WithDensityZero_IsTheBase(MergeMethod method) =>
        MergeRun.OfTensor(method, new() { Density = 0 }, [1, 2], [3, -1], [0, 5]).Should().Equal(1, 2);

    [Fact]
    public void Dare_OfManyEntries_KeepsTheDensityAndTheMean()
    {
        float[] merged = MergeRun.OfTensor(
            MergeMethod.DareLinear, new() { Density = 0.25 }, new float[200_003], [.. Enumerable.Repeat(1f, 200_003)]);
        merged.Distinct().Should().BeEquivalentTo([0f, 4f]);
        merged.Average().Should().BeApproximately(1, 0.02f, "its standard deviation is 0.004");
    }

    [Theory, InlineData(0.1, 0.15), InlineData(0.9, 0.15), InlineData(0.15, 0.15), InlineData(0.5, 0.5)]
    public void Della_WithProbabilitiesOutsideOfZeroToOne_Refuses(double density, double epsilon)
    {
        Action act = () => MergeRun.OfTensor(MergeMethod.Della, new() { Density = density, Epsilon = epsilon }, [0, 0], [1, 2]);
        act.Should().Throw<ArgumentException>().WithMessage(
            FormattableString.Invariant($"*{density}*{epsilon}*'w'*smaller epsilon*"));
    }

    [Fact] // of these rows mergekit makes NaN
    public void Della_OfRowsOfOneEntry_KeepsOrDrops()
    {
        using Weights theta0 = MergeRun.Model(("w", zeros(50, 1))), model = MergeRun.Model(("w", ones(50, 1)));
        using Weights merged = MergeRun.Of(MergeMethod.Della, new() { Density = 0.5 }, theta0, [model]);
        MergeRun.Numbers(merged["w"]).Distinct().Should().BeEquivalentTo([0f, 2f]);
    }

    [Fact] // which mergekit makes zero
    public void Breadcrumbs_OfFewerEntriesThanGammaCounts_KeepsThem() =>
        MergeRun.OfTensor(MergeMethod.Breadcrumbs, new() { Density = 0.7 }, [0, 0, 0], [1, 3, 2]).Should().Equal(0, 3, 2);

    [Theory, InlineData(MergeMethod.Ties), InlineData(MergeMethod.Breadcrumbs)]
    public void Trim_OfOneEntry_KeepsIt(MergeMethod method) =>
        MergeRun.OfTensor(method, new() { Density = 0.2, Gamma = 0.9 }, [4.6f], [4.5f])[0].Should().BeApproximately(4.5f, 1e-6f);

    [Fact]
    public void Ties_OfWeightsThatCancel_DividesByNothing() => MergeRun.OfTensor(
            MergeMethod.Ties, new() { Weight = 0 }, [0, 1], [2, 3]).Should().Equal(0, 1);

    [Fact]
    public void Slerp_FromAZeroVector_HasNoNaN() =>
        MergeRun.OfTensor(MergeMethod.Slerp, new() { T = 0.5 }, [0, 0], [2, 0])
            .Should().Equal((float[])[1.414214f, 0f], (a, e) => Math.Abs(a - e) < 1e-5);

    [Theory, InlineData(0.4f, 0.8f), InlineData(0.4f, -0.8f), InlineData(-0.3f, 0f), InlineData(0f, 0f)]
    public void Slerp_OfSingleNumbers_IsAStraightLineWhereTheyHaveASign(float a, float b)
    {
        float expected = a * b != 0 ? 0.75f * a + 0.25f * b : (float)Math.Sin(0.75 * Math.PI / 2) * a;
        MergeRun.OfTensor(MergeMethod.Slerp, new() { T = 0.25 }, [a], [b])[0].Should().BeApproximately(expected, 1e-6f);
    }

    [Fact]
    public void NuSlerp_WithFlattenGiven_DoesNotAskForRows()
    {
        using Weights a = MergeRun.Model(("w", tensor(new float[,] { { 1, 0 }, { 0, 1 } }))),
            b = MergeRun.Model(("w", tensor(new float[,] { { 0, 1 }, { 0, 1 } })));
        float root = MathF.Sqrt(0.5f);
        Run(new() { Flatten = false, RowWise = false }).Should().Equal((float[])[root, root, 0, 1], Near);
        Run(new() { Flatten = true, RowWise = true }).Should().Equal(Run(new()));
        Run(new()).Should().NotEqual(Run(new() { Flatten = false }));

        float[] Run(MergeParameters all)
        {
            using Weights merged = MergeRun.Of(MergeMethod.NuSlerp, all, null, [a, b]);
            return MergeRun.Numbers(merged["w"]);
        }
    }

    [Fact]
    public void TsvM_OfEqualModels_IsTheModelsLargerHalf()
    {
        using Weights theta0 = MergeRun.Model(("w", zeros(4, 4))), model = MergeRun.Model(("w", diag(tensor([4, 2, 1, 0.5f]))));
        using Weights merged = MergeRun.Of(MergeMethod.TsvM, new(), theta0, [model, model]);
        MergeRun.Numbers(merged["w"]).Should().Equal((float[])[4, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Near);
    }

    [Theory, InlineData(MergeMethod.IsoC), InlineData(MergeMethod.TsvM), InlineData(MergeMethod.Wudi)]
    public void Merge_OfOneModelThatMoved_LeavesTheOthersOut(MergeMethod method)
    {
        using Weights theta0 = MergeRun.Model(("w", zeros(3, 3))), model = MergeRun.Model(("w", eye(3)));
        using Weights merged = MergeRun.Of(method, new() { Iterations = 5 }, theta0, [theta0, model, theta0]);
        float[] expected = method == MergeMethod.TsvM ? [1, 0, 0, 0, 0, 0, 0, 0, 0] : [1, 0, 0, 0, 1, 0, 0, 0, 1];
        MergeRun.Numbers(merged["w"]).Count(x => Math.Abs(x - 1) < 1e-5).Should().Be(expected.Count(x => x == 1));
        MergeRun.Numbers(merged["w"]).Count(x => Math.Abs(x) < 1e-5).Should().Be(expected.Count(x => x == 0));
    }

    [Fact]
    public void Wudi_OfOneModel_IsThatModel()
    {
        using var generator = new Generator(5);
        using Weights theta0 = MergeRun.Model(("w", zeros(20, 30))), model = MergeRun.Model(("w", randn(20, 30, generator: generator)));
        using Weights merged = MergeRun.Of(MergeMethod.Wudi, new(), theta0, [model]);
        MergeRun.Numbers(merged["w"]).Should().Equal(MergeRun.Numbers(model["w"]));
    }

    [Fact]
    public void Wudi_WhenCancelled_Stops()
    {
        using Weights theta0 = MergeRun.Model(("w", zeros(3, 3))), model = MergeRun.Model(("w", eye(3)));
        MergeModel[] models = MergeRun.Models(theta0, [model]);
        var wudi = new TaskVectorMerge(
            new Wudi(MergeRun.Settings(new(), [model]), new CancellationToken(canceled: true)), MergeRun.Settings(new(), [model]));
        Action act = () => new MergeEngine(wudi, models).ToWeights();
        act.Should().Throw<OperationCanceledException>();
    }

    [Theory]
    [InlineData(float.NaN, 1f, "*base cannot be used*'w'*")]
    [InlineData(1f, float.PositiveInfinity, "*model 1 cannot be used*'w'*")]
    public void Merge_OfNumbersThatAreNone_SaysWhose(float theta0, float theta1, string message)
    {
        Action act = () => MergeRun.OfTensor(MergeMethod.Ties, new() { Density = 0.1 }, [theta0, 2], [theta1, 9]);
        act.Should().Throw<NotFiniteNumberException>().WithMessage(message);
    }

    [Fact]
    public void Merge_WithWeightsWhoseSumIsZero_RefusesToNormalize()
    {
        var own = new[] { new MergeParameters { Weight = 1.5 }, new MergeParameters { Weight = -1.5 } };
        using Weights theta0 = MergeRun.Model(("w", zeros(2))), model = MergeRun.Model(("w", ones(2)));
        Action act = () => MergeRun.Of(MergeMethod.DareLinear, new() { Normalize = true }, theta0, [model, model], own);
        act.Should().Throw<ArgumentException>().WithMessage("*are 1.5, -1.5, with the sum 0*normalize: false*");
    }

    [Theory, InlineData(MergeMethod.Ties), InlineData(MergeMethod.TaskArithmetic), InlineData(MergeMethod.IsoC)]
    public void Merge_OfCountersAndNarrowTypes_KeepsTypesAndTheBasesCounters(MergeMethod method)
    {
        using Weights theta0 = MergeRun.Model(("half", zeros(2, 2).to(float16)), ("count", tensor(5L)));
        using Weights model = MergeRun.Model(("half", eye(2).to(float16)), ("count", tensor(9L)));
        using Weights merged = MergeRun.Of(method, new(), theta0, [model]);
        merged["count"].item<long>().Should().Be(5);
        merged["half"].dtype.Should().Be(ScalarType.Float16);
        using Tensor wide = merged["half"].to(float32);
        MergeRun.Numbers(wide).Should().Equal(1, 0, 0, 1);
    }

    private static bool Near(float actual, float expected) => Math.Abs(actual - expected) < 1e-5;
}
