using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ObjectiveTests
{
    [Theory, InlineData(0.0), InlineData(0.1)]
    public void CrossEntropy_ByHand_IsTheBatchesMeanOverItsParts(double smoothing)
    {
        float[][] logits = [[1, 2, 0.5f], [0, -1, 3], [2, 2, 2], [0.1f, 0, -4], [5, 1, 1]];
        int[] labels = [1, 0, 2, 0, 1];
        double expected = logits.Zip(labels, Loss).Average();

        Objective objective = Objectives.Of(new FineTuningOptions { LabelSmoothing = smoothing });
        Share(0, 3).Should().BeLessThan(expected);
        (Share(0, 3) + Share(3, 2)).Should().BeApproximately(expected, 1e-6);

        double Loss(float[] row, int label)
        {
            double sum = Math.Log(row.Sum(l => Math.Exp(l)));
            return row.Select((l, k) => (sum - l) * ((k == label ? 1 - smoothing : 0) + smoothing / row.Length)).Sum();
        }

        double Share(int start, int count)
        {
            using var scope = NewDisposeScope();
            Tensor part = tensor(logits.Skip(start).Take(count).SelectMany(r => r).ToArray()).view(count, 3);
            Tensor truth = tensor(labels.Skip(start).Take(count).Select(l => (long)l).ToArray());
            using var none = new Weights([]);
            return objective(zeros(count, 4), part, truth, none, logits.Length).item<float>();
        }
    }
}
