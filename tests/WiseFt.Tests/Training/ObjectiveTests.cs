using TorchSharp;
using WiseFt.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Tests;

public sealed class ObjectiveTests
{
    private static readonly float[][] _logits = [[1, 2, 0.5f], [0, -1, 3], [2, 2, 2], [0.1f, 0, -4], [5, 1, 1]];
    private static readonly int[] _labels = [1, 0, 2, 0, 1];

    [Theory, InlineData(0.0), InlineData(0.1)]
    public void CrossEntropy_ByHand_IsTheBatchesMeanOverItsParts(double smoothing)
    {
        double expected = _logits.Zip(_labels, (row, label) => Loss(row, label, smoothing, [1, 1, 1])).Average();

        Share(smoothing, null, null, 0, 3).Should().BeLessThan(expected);
        (Share(smoothing, null, null, 0, 3) + Share(smoothing, null, null, 3, 2)).Should().BeApproximately(expected, 1e-6);
    }

    [Theory, InlineData(0.0), InlineData(0.1), InlineData(1.0)]
    public void CrossEntropy_WithWeightsByHand_DividesByWhatTheBatchCounts(double smoothing)
    {
        double[] classes = [0.5, 2, 0.25];
        float[] examples = [1, 3, 0, 0.5f, 2];
        double expected = _logits.Select((row, i) => examples[i] * Loss(row, _labels[i], smoothing, classes)).Sum()
            / _labels.Select((label, i) => examples[i] * classes[label]).Sum();

        (Share(smoothing, classes, examples, 0, 3) + Share(smoothing, classes, examples, 3, 2)).Should().BeApproximately(expected, 1e-6);
    }

    [Theory, InlineData(0.0), InlineData(0.2)]
    public void CrossEntropy_WithClassWeights_IsPyTorchsMean(double smoothing)
    {
        double[] classes = [0.5, 2, 0];
        using var scope = NewDisposeScope();
        Tensor logits = tensor(_logits.SelectMany(r => r).ToArray()).view(5, 3), labels = tensor(_labels.Select(l => (long)l).ToArray());
        Tensor expected = functional.cross_entropy(
            logits, labels, tensor(classes.Select(c => (float)c).ToArray()), reduction: Reduction.Mean, label_smoothing: smoothing);

        (Share(smoothing, classes, null, 0, 3) + Share(smoothing, classes, null, 3, 2))
            .Should().BeApproximately(expected.item<float>(), 1e-6);
        (Share(smoothing, classes, [1, 1, 1, 1, 1], 0, 3) + Share(smoothing, classes, [1, 1, 1, 1, 1], 3, 2))
            .Should().BeApproximately(expected.item<float>(), 1e-6);
    }

    [Fact]
    public void CrossEntropy_OfABatchThatCountsNothing_IsZero()
    {
        Share(0.1, null, [0, 0, 0, 0, 0], 0, 5).Should().Be(0);
        Share(0.1, [0, 0, 0], null, 0, 5).Should().Be(0);
        Share(0.1, [0, 0, 1], null, 0, 2).Should().Be(0, "the classes of both images weigh nothing, whatever is smoothed to the third");
    }

    /// <summary>PyTorch's loss of an image before the mean, in float64.</summary>
    private static double Loss(float[] row, int label, double smoothing, double[] classes)
    {
        double sum = Math.Log(row.Sum(l => Math.Exp(l)));
        return row.Select((l, k) => (sum - l) * classes[k] * ((k == label ? 1 - smoothing : 0) + smoothing / row.Length)).Sum();
    }

    /// <summary>The share of some of the images: the batch is all of them, or those of the share where it counts nothing.</summary>
    private static double Share(double smoothing, double[]? classes, float[]? examples, int start, int count)
    {
        using var scope = NewDisposeScope();
        var weights = new LossWeights(classes is null ? null : [.. classes], examples);
        int[] part = [.. Enumerable.Range(start, count)], batch = weights.Sum(part, _labels) > 0 ? [0, 1, 2, 3, 4] : part;
        Objective objective = Objectives.Of(new FineTuningOptions { LabelSmoothing = smoothing }, weights.OfClasses(CPU));
        using var none = new Weights([]);
        return objective(
            zeros(count, 4), tensor(part.SelectMany(i => _logits[i]).ToArray()).view(count, 3),
            tensor(part.Select(i => (long)_labels[i]).ToArray()), weights.OfExamples(part), none, weights.Sum(batch, _labels))
            .item<float>();
    }
}
