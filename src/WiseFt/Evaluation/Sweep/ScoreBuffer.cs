using static TorchSharp.torch;

namespace WiseFt.Evaluation;

/// <summary>One model's predictions on a test set, filled batch by batch.</summary>
internal sealed class ScoreBuffer(IReadOnlyList<int> labels)
{
    private readonly int[] _classes = new int[labels.Count];
    private readonly float[] _confidences = new float[labels.Count], _margins = new float[labels.Count], _labelProbabilities = new float[labels.Count];

    /// <summary>Reads a batch.</summary>
    /// <param name="start">The place of its first image in the test set.</param>
    /// <param name="logits">float32 (N, K), up to a constant a row.</param>
    public void Write(int start, Tensor logits)
    {
        using var scope = NewDisposeScope();
        int n = (int)logits.shape[0];
        Tensor probabilities = logits.softmax(-1);                                                  // (N, K)
        (Tensor confidence, Tensor predicted) = probabilities.max(-1);                              // (N), (N)
        Tensor truth = tensor(labels.Skip(start).Take(n).Select(l => (long)l).ToArray(), device: logits.device).unsqueeze(1); // (N, 1)
        long[] classes = [.. predicted.cpu().data<long>()];
        for (int i = 0; i < n; i++) _classes[start + i] = (int)classes[i];
        confidence.cpu().data<float>().CopyTo(_confidences, start);
        probabilities.gather(1, truth).squeeze(1).cpu().data<float>().CopyTo(_labelProbabilities, start);
        if (logits.shape[1] < 2) return;
        (Tensor largest, _) = logits.topk(2, -1);                                                   // (N, 2)
        (largest.select(1, 0) - largest.select(1, 1)).cpu().data<float>().CopyTo(_margins, start);
    }

    /// <summary>What was read.</summary>
    public Predictions ToPredictions() => new([.. _classes], [.. _confidences], [.. _margins], [.. _labelProbabilities]);
}
