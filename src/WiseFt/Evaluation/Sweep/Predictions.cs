using System.Collections.Immutable;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace WiseFt.Evaluation;

/// <summary>What one model said about every image of a test set.</summary>
/// <param name="Classes">Index of the most probable class of each image.</param>
/// <param name="Confidences">Its probability, in [0, 1].</param>
/// <param name="Margins">Its logit less the second most probable class's, at least 0; 0 where there is one class only.</param>
/// <param name="LabelProbabilities">Probability of the image's true class, in [0, 1].</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record Predictions(
    ImmutableArray<int> Classes, ImmutableArray<float> Confidences, ImmutableArray<float> Margins, ImmutableArray<float> LabelProbabilities)
{
    /// <summary>Reads a batch's.</summary>
    /// <param name="logits">float32 (N, K), up to a constant a row.</param>
    /// <param name="labels">Index of each image's class: N.</param>
    internal static Predictions Of(Tensor logits, IEnumerable<int> labels)
    {
        using var scope = NewDisposeScope();
        int n = (int)logits.shape[0];
        Tensor probabilities = logits.softmax(-1);                                                              // (N, K)
        (Tensor confidence, Tensor predicted) = probabilities.max(-1);                                          // (N), (N)
        Tensor truth = tensor(labels.Select(l => (long)l).ToArray(), device: logits.device).unsqueeze(1);       // (N, 1)
        ImmutableArray<float> margins = [.. new float[n]];
        if (logits.shape[1] > 1)
        {
            (Tensor largest, _) = logits.topk(2, -1);                                                           // (N, 2)
            margins = Floats(largest.select(1, 0) - largest.select(1, 1));
        }
        return new Predictions(
            [.. predicted.cpu().data<long>().Select(c => (int)c)], Floats(confidence), margins,
            Floats(probabilities.gather(1, truth).squeeze(1)));
    }

    /// <summary>Those of all images of a test set.</summary>
    /// <param name="parts">The images' one after the other.</param>
    internal static Predictions Concat(IReadOnlyList<Predictions> parts) => new(
        [.. parts.SelectMany(p => p.Classes)],
        [.. parts.SelectMany(p => p.Confidences)],
        [.. parts.SelectMany(p => p.Margins)],
        [.. parts.SelectMany(p => p.LabelProbabilities)]);

    private static ImmutableArray<float> Floats(Tensor tensor) => [.. tensor.cpu().data<float>()];
}
