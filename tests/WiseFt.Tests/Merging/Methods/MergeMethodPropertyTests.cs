using CsCheck;
using TorchSharp;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>What holds for the merge methods whatever the models.</summary>
public sealed class MergeMethodPropertyTests
{
    private static readonly MergeParameters _half = new() { Density = 0.5, Epsilon = 0.2, Gamma = 0.1, Iterations = 3, Beta = 0.3 };

    /// <summary>Methods of task vectors, of as many models as one likes.</summary>
    private static readonly MergeMethod[] _ofTaskVectors =
    [
        MergeMethod.TaskArithmetic, MergeMethod.Ties, MergeMethod.DareLinear, MergeMethod.DareTies, MergeMethod.Della,
        MergeMethod.Breadcrumbs, MergeMethod.Lines, MergeMethod.IsoC, MergeMethod.TsvM, MergeMethod.Wudi,
    ];

    private static readonly Gen<(long[][] Shapes, uint Seed)> _models =
        Gen.Select(Gen.OneOf(Gen.Long[0, 9].Array[0, 1], Gen.Long[1, 9].Array[2, 3]).Array[1, 3], Gen.UInt);

    [Fact]
    public void Merge_WithLambdaZero_IsTheBaseBitForBit() => Check(OneOf(_ofTaskVectors), (theta0, models, method) =>
    {
        using Weights merged = MergeRun.Of(method, _half with { Lambda = 0 }, theta0, models);
        RequireSame(merged, theta0);
    });

    [Fact]
    public void Merge_AtTheEndPoints_IsThatModelBitForBit() => Check(Gen.Bool, (theta0, models, atModel) =>
    {
        double alpha = atModel ? 1 : 0;
        (MergeMethod, MergeParameters)[] ends =
        [
            (MergeMethod.TaskArithmetic, new() { Lambda = alpha }),
            (MergeMethod.Slerp, new() { T = alpha }),
            (MergeMethod.Lines, new() { Alpha = alpha, Beta = 0 }),
        ];
        foreach (var (method, parameters) in ends)
        {
            using Weights merged = MergeRun.Of(method, parameters, theta0, models[..1]);
            RequireSame(merged, atModel ? models[0] : theta0);
        }
        using Weights first = MergeRun.Of(MergeMethod.NuSlerp, new(), null, models[..2], Weighted(1 - alpha), Weighted(alpha));
        RequireSame(first, models[atModel ? 1 : 0]);
    });

    [Fact] // without random masks, which are each model's own
    public void Merge_OfPermutedModels_IsTheSame() => Check(
        OneOf([.. _ofTaskVectors.Except([MergeMethod.DareLinear, MergeMethod.DareTies, MergeMethod.Della]), MergeMethod.Linear]),
        (theta0, models, method) =>
        {
            Weights? origin = method == MergeMethod.Linear ? null : theta0;
            using Weights merged = MergeRun.Of(method, _half, origin, models, Weighted(0.5), Weighted(1), Weighted(2));
            using Weights permuted = MergeRun.Of(
                method, _half, origin, [models[2], models[0], models[1]], Weighted(2), Weighted(0.5), Weighted(1));
            RequireNear(merged, permuted, 1e-4f);
        });

    [Fact]
    public void ModelStock_OfPermutedModels_IsTheSame() => Check(Gen.Bool, (theta0, models, byRow) =>
    {
        var parameters = new MergeParameters { FilterWise = byRow };
        using Weights merged = MergeRun.Of(MergeMethod.ModelStock, parameters, theta0, models);
        using Weights permuted = MergeRun.Of(MergeMethod.ModelStock, parameters, theta0, [models[2], models[0], models[1]]);
        RequireNear(merged, permuted, 1e-5f);
    });

    [Fact] // but for WUDI, whose steps have a length
    public void Merge_OfScaledTaskVectors_IsScaled() => Check(
        Gen.Select(OneOf([.. _ofTaskVectors.Except([MergeMethod.Wudi]), MergeMethod.ModelStock]), Gen.Int[-3, 3]),
        (theta0, models, setting) =>
        {
            var (method, exponent) = setting;
            float factor = MathF.Pow(2, exponent);
            using Weights origin = Map(theta0, x => 0), merged = MergeRun.Of(method, _half, origin, models);
            Weights[] scaled = [.. models.Select(m => Map(m, x => factor * x))];
            using Weights actual = MergeRun.Of(method, _half, origin, scaled), expected = Map(merged, x => factor * x);
            RequireNear(actual, expected, 1e-4f * factor);
            foreach (Weights model in scaled) model.Dispose();
        });

    [Fact]
    public void Slerp_OfEqualDirections_IsAStraightLine() => Check(Gen.Select(Gen.Double[0, 1], Gen.Int[-2, 2]), (a, _, setting) =>
    {
        var (t, exponent) = setting;
        float factor = MathF.Pow(2, exponent);
        using Weights b = Map(a, x => factor * x), expected = Map(a, x => (float)((1 - t) * x + t * factor * x));
        using Weights slerp = MergeRun.Of(MergeMethod.Slerp, new() { T = t }, a, [b]);
        using Weights nuslerp = MergeRun.Of(MergeMethod.NuSlerp, new(), null, [a, b], Weighted(1 - t), Weighted(t));
        RequireNear(slerp, expected, 1e-5f);
        RequireNear(nuslerp, expected, 1e-5f);
    });

    [Fact] // whatever rounding makes of their cosine
    public void NuSlerp_OfOppositeDirections_IsAStraightLine() => Check(Gen.Double[0.1, 3], (a, _, factor) =>
    {
        using Weights b = Map(a, x => (float)(-factor * x)), expected = Map(a, x => (float)(0.75 * x - 0.25 * factor * x));
        using Weights merged = MergeRun.Of(MergeMethod.NuSlerp, new(), null, [a, b], Weighted(0.75), Weighted(0.25));
        RequireNear(merged, expected, 1e-4f);
    });

    [Fact]
    public void Merge_OfOneModelOfWhichAllIsKept_IsTaskArithmetic() => Check(
        Gen.Select(
            OneOf(
                MergeMethod.Ties, MergeMethod.DareLinear, MergeMethod.DareTies, MergeMethod.Della, MergeMethod.Breadcrumbs,
                MergeMethod.TsvM),
            Gen.Double[-1, 1],
            OneOf(MergeTrim.Tensor, MergeTrim.Model)),
        (theta0, models, setting) =>
        {
            var (method, lambda, trim) = setting;
            var all = new MergeParameters { Lambda = lambda, Density = 1, Trim = trim };
            using Weights merged = MergeRun.Of(method, all, theta0, models[..1]);
            using Weights expected = MergeRun.Of(MergeMethod.TaskArithmetic, all, theta0, models[..1]);
            RequireNear(merged, expected, 2e-6f);
        });

    [Fact]
    public void DareLinear_WithDensityOne_IsTaskArithmetic() => Check(Gen.Double[-1, 1], (theta0, models, lambda) =>
    {
        var all = new MergeParameters { Lambda = lambda, Density = 1 };
        using Weights merged = MergeRun.Of(MergeMethod.DareLinear, all, theta0, models, Weighted(1), Weighted(-0.5), Weighted(0.3));
        using Weights expected = MergeRun.Of(MergeMethod.TaskArithmetic, all, theta0, models, Weighted(1), Weighted(-0.5), Weighted(0.3));
        RequireNear(merged, expected, 2e-6f);
    });

    [Fact]
    public void DareAndDella_OfTensorsInAnotherOrder_DrawTheSameMasks() => Check(
        OneOf(MergeMethod.DareLinear, MergeMethod.DareTies, MergeMethod.Della), (theta0, models, method) =>
        {
            using Weights merged = MergeRun.Of(method, _half, theta0, models);
            using Weights reversed = MergeRun.Of(method, _half, Reversed(theta0), [.. models.Select(Reversed)]);
            RequireSame(reversed, merged);
            MergeModel[] named = MergeRun.Models(theta0, models);
            IMergeMethod merging = MergeMethods.Create(method, MergeRun.Settings(_half, models), named, hasBase: true);
            foreach (string name in theta0.Keys.Reverse())
            {
                using Tensor alone = zeros_like(theta0[name]);
                merging.Merge(name, alone, named);
                MergeRun.Numbers(alone).Should().Equal(MergeRun.Numbers(merged[name]));
            }
        });

    private static void Check<T>(Gen<T> settings, Action<Weights, Weights[], T> holds) => Gen.Select(_models, settings).Sample(
        (drawn, setting) =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(drawn.Seed);
            Weights[] models = [.. Enumerable.Range(0, 4).Select(_ => Model(drawn.Shapes, generator))];
            holds(models[0], models[1..], setting);
            foreach (Weights model in models) model.Dispose();
        },
        iter: 100,
        threads: 1);

    private static Weights Model(long[][] shapes, Generator generator) => MergeRun.Model(
        [.. shapes.Select((shape, i) => (FormattableString.Invariant($"blocks.{i}.w"), randn(shape, generator: generator)))]);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static MergeParameters Weighted(double weight) => new() { Weight = weight };

    private static Weights Reversed(Weights weights) => MergeRun.Model([.. weights.Reverse().Select(w => (w.Key, w.Value.clone()))]);

    private static Weights Map(Weights weights, Func<float, float> map) => MergeRun.Model(
        [.. weights.Select(w => (w.Key, tensor([.. MergeRun.Numbers(w.Value).Select(map)], w.Value.shape)))]);

    private static void RequireSame(Weights actual, Weights expected)
    {
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, tensor) in expected) actual[name].bytes.ToArray().Should().Equal(tensor.bytes.ToArray(), name);
    }

    private static void RequireNear(Weights actual, Weights expected, float tolerance)
    {
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, tensor) in expected)
            MergeRun.Numbers(actual[name]).Should().Equal(MergeRun.Numbers(tensor), (a, e) => Math.Abs(a - e) <= tolerance);
    }
}
