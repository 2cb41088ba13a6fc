using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>TIES over whole models of several chunks.</summary>
public sealed class ModelTrimTests : IDisposable
{
    private const int Long = 150_003, Short = 70_001;

    private readonly Weights _base = MergeRun.Model(("long", zeros(Long)), ("short", zeros(Short)), ("count", tensor(5L)));
    private readonly Weights _first = Random(1), _second = Random(2);

    public void Dispose()
    {
        _base.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public void Apply_OfAMeasuredModel_KeepsWhatIsNotBelowTheRank()
    {
        ModelTrim trim = Measure(new() { Density = 0.3 }, ["long", "short", "count"]);
        float[] all = [.. MergeRun.Numbers(_first["long"]), .. MergeRun.Numbers(_first["short"])];
        float threshold = all.Select(Math.Abs).OrderDescending().ElementAt((int)(0.3 * all.Length) - 1);
        using Tensor tau = _first["long"].clone();
        trim.Apply(0, tau);
        MergeRun.Numbers(tau).Should().Equal(MergeRun.Numbers(_first["long"]).Select(x => Math.Abs(x) >= threshold ? x : 0));
        all.Count(x => Math.Abs(x) == threshold).Should().BeGreaterThan(1, "numbers equal to the threshold all stay");
    }

    [Fact]
    public void Measure_OfSomeTensors_CountsNoOthers()
    {
        ModelTrim trim = Measure(new() { Density = 1e-9 }, ["short"]);
        using Tensor tau = _second["long"].clone();
        trim.Apply(1, tau);
        float largest = MergeRun.Numbers(_second["short"]).Max(Math.Abs);
        MergeRun.Numbers(tau).Should().Equal(MergeRun.Numbers(_second["long"]).Select(x => Math.Abs(x) >= largest ? x : 0));
    }

    [Fact]
    public void Majority_OfElectedSigns_IsThatOfMost()
    {
        ModelTrim trim = Measure(new(), ["long", "short"]);
        float[] Kept(int model, Weights weights) =>
            [.. new[] { "long", "short" }.SelectMany(name =>
            {
                using Tensor tau = weights[name].clone();
                trim.Apply(model, tau);
                return MergeRun.Numbers(tau);
            })];
        int votes = Kept(0, _first).Zip(Kept(1, _second), (a, b) => Math.Sign((double)a + b)).Sum();
        votes.Should().NotBe(0);
        trim.Majority.Should().Be(Math.Sign(votes));
    }

    [Fact]
    public void Measure_WithDensitiesByName_Refuses()
    {
        var all = new MergeParameters
        {
            Density = MergeValue.ByName(new MergeValueRule("long", 0.1), new MergeValueRule(null, 0.5)),
        };
        Action act = () => Measure(all, ["long", "short"]);
        act.Should().Throw<ArgumentException>().WithMessage("*0.1*'long'*0.5*'short'*one number*");
    }

    [Fact]
    public void Measure_WhenCancelled_Stops()
    {
        Action act = () => Measure(new(), ["long"], new CancellationToken(canceled: true));
        act.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Merge_OfModelsWithAKeptHead_TrimsWithoutIt()
    {
        using Weights theta0 = MergeRun.Model(("w", zeros(4)), ("head", zeros(2, 4)));
        using Weights model = MergeRun.Model(("w", tensor([1f, 2, 3, 4])), ("head", full(3, 4, 9)));
        var recipe = new MergeRecipe
        {
            Method = MergeMethod.Ties,
            BaseModel = "zero-shot",
            Models = [new("fine-tuned")],
            Parameters = new() { Trim = MergeTrim.Model, Density = 0.5 },
            Keep = ["head"],
        };
        using Weights merged = Merge.Run(
            recipe, new Dictionary<string, Weights> { ["zero-shot"] = theta0, ["fine-tuned"] = model });
        MergeRun.Numbers(merged["w"]).Should().Equal(0, 0, 3, 4);
        MergeRun.Numbers(merged["head"]).Should().Equal(new float[8]);
    }

    private ModelTrim Measure(MergeParameters all, string[] names, CancellationToken cancellation = default)
    {
        Weights[] models = [_first, _second];
        return ModelTrim.Measure(MergeRun.Settings(all, models), MergeRun.Models(_base, models), names, cancellation);
    }

    // In steps, so that many are equal.
    private static Weights Random(ulong seed)
    {
        using var generator = new Generator(seed);
        using Tensor step = tensor(0.001f);
        Tensor Steps(long count)
        {
            using var scope = NewDisposeScope();
            return randn(count, generator: generator).div(step).round().mul(step).MoveToOuterDisposeScope();
        }
        return MergeRun.Model(("long", Steps(Long)), ("short", Steps(Short)), ("count", tensor(7L)));
    }
}
