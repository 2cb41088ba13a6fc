using System.Collections.Immutable;

namespace WiseFt.ML;

/// <summary>An image's classes.</summary>
/// <param name="PredictedLabel">The most probable class, the first of equals in the model's order.</param>
/// <param name="Scores">All classes, the most probable first.</param>
/// <param name="Alpha">Mixing coefficient of the weights that gave them: 0 is the zero-shot model, 1 the fine-tuned one.</param>
public sealed record PoolPrediction(string PredictedLabel, ImmutableArray<ClassProbability> Scores, double Alpha) : PoolResult
{
    /// <summary>Ranks one row of probabilities.</summary>
    internal static PoolPrediction Of(IReadOnlyList<string> classNames, ReadOnlySpan<float> row, double alpha)
    {
        var scores = new ClassProbability[row.Length];
        for (int k = 0; k < row.Length; k++) scores[k] = new ClassProbability(classNames[k], row[k]);
        ImmutableArray<ClassProbability> sorted = [.. scores.OrderByDescending(s => s.Probability)];
        return new PoolPrediction(sorted[0].Label, sorted, alpha);
    }
}
