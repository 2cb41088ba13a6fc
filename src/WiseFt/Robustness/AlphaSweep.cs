using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Evaluates the mixtures of two classifiers at many mixing coefficients.</summary>
public static class AlphaSweep
{
    private const int BatchSize = 32;
    private const long PixelBudget = 512L << 20; // bytes of decoded pixels in memory at once

    /// <summary>Accuracy of every mixture on the reference distribution and under every shift.</summary>
    /// <param name="zeroShot">The model at alpha 0.</param>
    /// <param name="fineTuned">The model at alpha 1: the same architecture and classes.</param>
    /// <param name="reference">Test images of the reference distribution.</param>
    /// <param name="shifts">Test images of other distributions, with distinct names; may be empty.</param>
    /// <param name="alphas">Mixing coefficients in [0, 1].</param>
    /// <param name="progress">Is told how many images are evaluated.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>The table, with every image's prediction at every alpha.</returns>
    /// <exception cref="ArgumentException">Names occur twice, or class names differ from the models'.</exception>
    /// <exception cref="WeightMismatchException">The models' weights cannot be mixed.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <remarks>Each image is decoded once for all alphas and, where the models share their encoder (a linear classifier), encoded once too.
    /// The mixtures are made in place in one model.</remarks>
    public static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts, IReadOnlyList<double> alphas,
        IProgress<AlphaSweepProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(fineTuned);
        return Run(zeroShot, zeroShot.Weights, fineTuned.Weights, reference, shifts, alphas, progress, cancel);
    }

    /// <inheritdoc cref="Run(ImageClassifier, ImageClassifier, LabelledImages, IReadOnlyList{DistributionShift}, IReadOnlyList{double}, IProgress{AlphaSweepProgress}, CancellationToken)"/>
    internal static RobustnessReport Run(
        ImageClassifier architecture, Weights theta0, Weights theta1, LabelledImages reference, IReadOnlyList<DistributionShift> shifts, IReadOnlyList<double> alphas,
        IProgress<AlphaSweepProgress>? progress, CancellationToken cancel)
    {
        double[] grid = [.. Check.NotEmpty(alphas).Select(alpha => Check.InRange(alpha, 0.0, 1.0)).Distinct().Order()];
        (string Name, LabelledImages Images)[] sets = [(RobustnessReport.ReferenceName, reference), .. shifts.Select(s => (s.Name, s.Images))];
        RequireSameClasses(architecture.ClassNames, sets);
        WeightSpace.RequireMixable(theta0, theta1);
        ImageSource[] images = [.. sets.SelectMany(s => s.Images.Images)];
        ScoredImage[][] scores = Score(architecture, theta0, theta1, images, grid, progress, cancel);
        ImmutableArray<EvaluatedSet> evaluated = [.. sets.Select(s => new EvaluatedSet(s.Name, [.. s.Images.Labels], [.. s.Images.Images.Select(i => i.Name)]))];
        return new RobustnessReport
        {
            Sets = evaluated,
            ClassNames = [.. architecture.ClassNames],
            Results = [.. grid.Select((alpha, a) => new AlphaResult(alpha, evaluated, Split(scores[a], evaluated)))],
        };
    }

    /// <summary>Class and confidence of every image, by alpha.</summary>
    private static ScoredImage[][] Score(
        ImageClassifier architecture, Weights theta0, Weights theta1, ImageSource[] images, double[] grid, IProgress<AlphaSweepProgress>? progress, CancellationToken cancel)
    {
        using ImageClassifier mixture = architecture.WithWeights(theta0);
        bool sharedEncoder = SharesEncoder(theta0, theta1);
        int resolution = architecture.Preprocessor.Resolution;
        int chunkSize = sharedEncoder ? images.Length : (int)Math.Clamp(PixelBudget / (12L * resolution * resolution), BatchSize, images.Length + BatchSize);
        ScoredImage[][] scores = [.. grid.Select(_ => new ScoredImage[images.Length])];
        long done = 0;
        for (int start = 0; start < images.Length; start += chunkSize)
        {
            using var scope = NewDisposeScope();
            ImageSource[] chunk = images[start..Math.Min(images.Length, start + chunkSize)];
            List<Tensor> inputs = Load(mixture, chunk, sharedEncoder, cancel);
            for (int a = 0; a < grid.Length; a++)
            {
                mixture.InterpolateFrom(theta0, theta1, grid[a]);
                int at = start;
                foreach (Tensor input in inputs)
                {
                    cancel.ThrowIfCancellationRequested();
                    at += Score(mixture, input, sharedEncoder, scores[a].AsSpan(at));
                    progress?.Report(new AlphaSweepProgress(done += input.shape[0], (long)images.Length * grid.Length));
                }
            }
        }
        return scores;
    }

    /// <summary>Batches of pixels, or of features where the encoder is the same at every alpha.</summary>
    private static List<Tensor> Load(ImageClassifier model, ImageSource[] images, bool encode, CancellationToken cancel)
    {
        var batches = new List<Tensor>();
        foreach (ImageSource[] batch in images.Chunk(BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            Tensor pixels = model.Preprocessor.Load(batch, cancel);
            if (!encode)
            {
                batches.Add(pixels);
                continue;
            }
            using Tensor moved = pixels.to(model.Device);
            batches.Add(model.EncodeImage(moved));
            pixels.Dispose();
        }
        return batches;
    }

    private static int Score(ImageClassifier model, Tensor input, bool encoded, Span<ScoredImage> scores)
    {
        using var scope = NewDisposeScope();
        Tensor moved = input.to(model.Device);
        Tensor logits = encoded ? model.Classify(moved) : model.Forward(moved);        // (N, K)
        (Tensor confidence, Tensor predicted) = logits.softmax(-1).max(-1);            // (N), (N)
        float[] confidences = [.. confidence.cpu().data<float>()];
        long[] classes = [.. predicted.cpu().data<long>()];
        for (int i = 0; i < classes.Length; i++) scores[i] = new ScoredImage((int)classes[i], confidences[i]);
        return classes.Length;
    }

    private static bool SharesEncoder(Weights theta0, Weights theta1) => theta0
        .Where(t => t.Key.StartsWith(ImageClassifier.EncoderPrefix, StringComparison.Ordinal))
        .All(t => WeightSpace.AreEqual(t.Value, theta1[t.Key]));

    private static ImmutableArray<Predictions> Split(ScoredImage[] scores, ImmutableArray<EvaluatedSet> sets)
    {
        var split = ImmutableArray.CreateBuilder<Predictions>(sets.Length);
        int start = 0;
        foreach (EvaluatedSet set in sets)
        {
            ScoredImage[] part = scores[start..(start += set.Count)];
            split.Add(new Predictions([.. part.Select(p => p.Class)], [.. part.Select(p => p.Confidence)]));
        }
        return split.MoveToImmutable();
    }

    private static void RequireSameClasses(IReadOnlyList<string> classNames, (string Name, LabelledImages Images)[] sets)
    {
        string? twice = sets.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (twice is not null) throw new ArgumentException($"Two test sets are named '{twice}'; expected distinct names.", nameof(sets));
        foreach (var (name, images) in sets)
            if (!images.ClassNames.SequenceEqual(classNames, StringComparer.Ordinal))
                throw new ArgumentException(
                    $"The test set '{name}' has {images.ClassNames.Count} classes (first: {string.Join(", ", images.ClassNames.Take(3))}) and the model {classNames.Count} " +
                    $"(first: {string.Join(", ", classNames.Take(3))}); expected the same names in the same order.", nameof(sets));
    }

    private readonly record struct ScoredImage(int Class, float Confidence);
}
