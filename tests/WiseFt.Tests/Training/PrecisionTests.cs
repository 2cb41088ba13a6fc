using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Products in bfloat16 against the same run in float32.</summary>
public sealed class PrecisionTests
{
    // bfloat16 has 8 significant bits; a loss adds up a few roundings of 2^-9 each.
    private const double LossTolerance = 0.02;

    [Fact]
    public void Options_InInt8_AreRefused() => FluentActions.Invoking(() => new FineTuningOptions { Precision = Precision.Int8 })
        .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Precision is Int8; expected Float32 or BFloat16*");

    [Theory]
    [InlineData("starter-clip")]
    [InlineData("openai-resnet")]
    public void Run_InBFloat16_FollowsFloat32AndKeepsItsWeightsInFloat32(string model)
    {
        using SmallRun run = SmallRun.Of(model, FineTuningMode.EndToEnd);
        List<FineTuningStep> exact = [], rounded = [];
        using ImageClassifier single = run.Train(progress: new Reported<FineTuningStep>(exact.Add));
        using ImageClassifier half = FineTuner.Run(run.ZeroShot, run.Training, BFloat16(run), new Reported<FineTuningStep>(rounded.Add));

        foreach (var (a, b) in exact.Zip(rounded))
            b.Loss.Should().BeApproximately(a.Loss, LossTolerance * (1 + a.Loss), "of step {0}", a.Step);
        rounded.Select(s => s.Loss).Should().NotEqual(exact.Select(s => s.Loss), "the products were rounded");
        half.Weights.Where(w => w.Value.is_floating_point()).Should().OnlyContain(w => w.Value.dtype == ScalarType.Float32);
        using Weights moved = Difference(half, run.ZeroShot), wanted = Difference(single, run.ZeroShot);
        Cosine(moved, wanted).Should().BeGreaterThan(0.9, "both went the same way");
    }

    [Fact]
    public void Run_InBFloat16WithActivationCheckpointing_GivesTheSameWeights()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using ImageClassifier kept = FineTuner.Run(run.ZeroShot, run.Training, BFloat16(run));
        using ImageClassifier computed = FineTuner.Run(run.ZeroShot, run.Training, BFloat16(run) with { ActivationCheckpointing = true });

        SmallRun.AssertEqual(computed, kept);
    }

    [Fact]
    public void EncodeImage_AfterARunInBFloat16_IsInFloat32Again()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using var random = new Generator(11);
        int resolution = run.ZeroShot.Spec.Vision.Resolution;
        using Tensor pixels = randn([2, 3, resolution, resolution], generator: random);
        using Tensor before = run.ZeroShot.EncodeImage(pixels);
        FineTuner.Run(run.ZeroShot, run.Training, BFloat16(run)).Dispose();

        using Tensor after = run.ZeroShot.EncodeImage(pixels);

        after.Equals(before).Should().BeTrue();
    }

    private static FineTuningOptions BFloat16(SmallRun run) => run.Options with { Precision = Precision.BFloat16 };

    private static Weights Difference(ImageClassifier to, ImageClassifier from) =>
        new(to.Weights.Where(w => w.Value.is_floating_point())
            .Select(w => KeyValuePair.Create(w.Key, w.Value.detach() - from.Weights[w.Key].detach())));

    private static double Cosine(Weights a, Weights b)
    {
        using var scope = NewDisposeScope();
        Tensor x = cat([.. a.Values.Select(t => t.flatten())]), y = cat([.. b.Values.Select(t => t.flatten())]);
        return (x.dot(y) / (x.norm() * y.norm())).item<float>();
    }
}
