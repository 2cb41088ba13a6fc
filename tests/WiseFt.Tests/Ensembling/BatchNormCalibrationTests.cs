using TorchSharp;
using WiseFt.Ensembling;
using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class BatchNormCalibrationTests : IDisposable
{
    private const string Visual = "image_encoder.model.visual.";

    private readonly SmallRun _run = SmallRun.Of("openai-resnet", FineTuningMode.EndToEnd);
    private readonly DisposeScope _scope = NewDisposeScope();

    private ImageClassifier Model => _run.ZeroShot;

    public void Dispose()
    {
        _scope.Dispose();
        _run.Dispose();
    }

    [Fact]
    public void Run_StatisticsOfTheFirstLayer_AreThoseOfItsInputs()
    {
        var progress = new Reported<WorkProgress>();
        using (no_grad()) Model.Weights[Visual + "bn1.running_mean"].fill_(1e6); // what there was before does not count

        BatchNormCalibration.Run(Model, _run.Training, new() { BatchSize = 5 }, progress);

        Tensor pixels = Model.Preprocessor.Load(_run.Training.Images);
        Tensor inputs = nn.functional.conv2d(
            pixels, Model.Weights[Visual + "conv1.weight"].detach(), strides: [2, 2], padding: [1, 1]);  // (17, C, h, w)
        AssertClose(Model.Weights[Visual + "bn1.running_mean"], inputs.mean([0, 2, 3]));
        // Of batches of 5, 5, 5 and 2 the variances within, so a little less than that of all.
        Tensor variance = Model.Weights[Visual + "bn1.running_var"], all = inputs.transpose(0, 1).flatten(1).var(1);
        (variance / all).data<float>().ToArray().Should().OnlyContain(ratio => ratio > 0.8 && ratio < 1.0001);
        Model.Weights[Visual + "bn1.num_batches_tracked"].item<long>().Should().Be(4);
        progress.Values.Should().Equal([new(5, 17), new(10, 17), new(15, 17), new(17, 17)]);
    }

    [Fact]
    public void Run_OfAModelWithWrongStatistics_GivesTheAccuracyOfTheRightOnes()
    {
        BatchNormCalibration.Run(Model, _run.Training);
        FitHead();
        Accuracy().Should().BeGreaterThan(0.6);
        double right = Accuracy();
        using ImageClassifier calibrated = Model.WithWeights(Model.Weights);
        using (no_grad())
            foreach (var (_, statistic) in Model.Weights.Where(w => w.Key.EndsWith("running_mean", StringComparison.Ordinal)))
                statistic.add_(3);
        Accuracy().Should().BeLessThan(right);

        BatchNormCalibration.Run(Model, _run.Training);

        Accuracy().Should().Be(right);
        SmallRun.AssertEqual(Model, calibrated);
    }

    [Fact]
    public void Run_OfAFewImages_DrawsThemWithTheSeed()
    {
        using ImageClassifier other = Model.WithWeights(Model.Weights), again = Model.WithWeights(Model.Weights);
        BatchNormCalibration.Run(Model, _run.Training, new() { Examples = 4, Seed = 1 });
        BatchNormCalibration.Run(again, _run.Training, new() { Examples = 4, Seed = 1 });
        BatchNormCalibration.Run(other, _run.Training, new() { Examples = 4, Seed = 2 });
        SmallRun.AssertEqual(again, Model);
        WeightSpace.AreEqual(other.Weights[Visual + "bn1.running_mean"], Model.Weights[Visual + "bn1.running_mean"]).Should().BeFalse();
    }

    [Fact]
    public void Run_Cancelled_LeavesTheStatisticsAsTheyWere_AndTrainingToo()
    {
        using ImageClassifier before = Model.WithWeights(Model.Weights);
        using var cancel = new CancellationTokenSource();
        var progress = new Reported<WorkProgress>(_ => cancel.Cancel());
        FluentActions.Invoking(() => BatchNormCalibration.Run(Model, _run.Training, new() { BatchSize = 5 }, progress, cancel.Token))
            .Should().Throw<OperationCanceledException>();
        SmallRun.AssertEqual(Model, before);
        Model.BatchNorms().Should().OnlyContain(norm => norm.momentum == 0.1 && !norm.training);
    }

    [Fact]
    public void Run_OfATransformer_IsRefused()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        FluentActions.Invoking(() => BatchNormCalibration.Run(run.ZeroShot, run.Training))
            .Should().Throw<ArgumentException>().WithMessage("*ViT, which has no batch normalisation*");
    }

    /// <summary>Makes the head of the classes' mean features.</summary>
    private void FitHead()
    {
        Tensor features = Features(), head = Model.Weights[ImageClassifier.HeadWeight];
        using IDisposable grad = no_grad();
        Tensor centred = features - features.mean([0]);
        for (int k = 0; k < 3; k++)
        {
            long[] places = [.. _run.Training.Labels.Index().Where(l => l.Item == k).Select(l => (long)l.Index)];
            head.select(0, k).copy_(centred.index_select(0, tensor(places)).mean([0]));
        }
        Model.Weights[ImageClassifier.HeadBias].copy_(head.matmul(features.mean([0])).neg());
    }

    private double Accuracy()
    {
        Tensor labels = tensor(_run.Training.Labels.Select(l => (long)l).ToArray());
        return Model.Forward(Model.Preprocessor.Load(_run.Training.Images)).argmax(-1).eq(labels).to(float64).mean().item<double>();
    }

    private Tensor Features()
    {
        Tensor features = Model.EncodeImage(Model.Preprocessor.Load(_run.Training.Images));
        return features / features.norm(-1, keepdim: true);
    }

    private static void AssertClose(Tensor actual, Tensor expected) =>
        ((actual - expected).norm() / expected.norm()).item<float>().Should().BeLessThan(1e-5f);
}
