using System.Collections.Immutable;
using WiseFt.Explanation;

namespace WiseFt.ML;

/// <summary>What became of a request: <see cref="PoolPrediction"/>, <see cref="PoolComparison"/>, <see cref="PoolSweep"/>,
/// <see cref="PoolExplanation"/>, <see cref="PoolUnavailable"/> or <see cref="PoolImageRefused"/>.</summary>
public abstract record PoolResult
{
    private protected PoolResult() { }
}

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

/// <summary>An image's classes by both end points and by their mixture.</summary>
/// <param name="ZeroShot">By the zero-shot model, alpha 0.</param>
/// <param name="FineTuned">By the fine-tuned model, alpha 1.</param>
/// <param name="Mixture">By the mixture that is being served.</param>
public sealed record PoolComparison(PoolPrediction ZeroShot, PoolPrediction FineTuned, PoolPrediction Mixture) : PoolResult;

/// <summary>An image's classes at several mixing coefficients.</summary>
/// <param name="Predictions">A prediction an alpha, in the order in which they were asked.</param>
public sealed record PoolSweep(ImmutableArray<PoolPrediction> Predictions) : PoolResult;

/// <summary>Which part of an image a class needs.</summary>
/// <param name="Map">The class, its probability, and how much it drops where a part of the picture is covered.</param>
/// <param name="Alpha">Mixing coefficient of the weights that were asked.</param>
public sealed record PoolExplanation(OcclusionMap Map, double Alpha) : PoolResult;

/// <summary>The request was turned away before any work: too many images wait already, or the pool is being shut down.
/// A web server answers 503.</summary>
/// <param name="Reason">What is the matter.</param>
/// <param name="RetryAfter">When to try again; the header <c>Retry-After</c>.</param>
public sealed record PoolUnavailable(string Reason, TimeSpan RetryAfter) : PoolResult;

/// <summary>The bytes are no image that can be read, or the image is too large. A web server answers 400.</summary>
/// <param name="Reason">What is wrong with it.</param>
public sealed record PoolImageRefused(string Reason) : PoolResult;
