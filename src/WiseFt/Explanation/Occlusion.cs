using System.Collections.Immutable;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Explanation;

/// <summary>Explains a prediction by covering the picture with a grey patch, place by place, and asking again.</summary>
/// <remarks>Works for any classifier, mixtures included. Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks
/// (arXiv 1311.2901), section 4.2. The patch has the mean colour of the preprocessing, which is 0 to the encoder.</remarks>
public static class Occlusion
{
    /// <summary>Explains a class of an image.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="image">The image.</param>
    /// <param name="className">One of the classifier's classes; null for the most probable.</param>
    /// <param name="options">Patch and batches; null for the defaults.</param>
    /// <param name="progress">Is told how many covered pictures are scored; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <exception cref="ArgumentException">The class is none of the classifier's, or window and stride do not fit its square.</exception>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">The model gives NaN or infinity.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static OcclusionMap Explain(
        ImageClassifier model, ImageSource image, string? className = null, OcclusionOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(image);
        using Tensor pixels = model.Preprocessor.Load([image], cancel);                  // (1, 3, R, R)
        return Explain(model, pixels, className, options ?? new OcclusionOptions(), packed: null, progress, cancel);
    }

    /// <summary>Explains a class of a preprocessed image.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="pixels">float32 (1, 3, R, R), normalised, on the CPU.</param>
    /// <param name="className">One of the classifier's classes; null for the most probable.</param>
    /// <param name="options">Patch and batches.</param>
    /// <param name="packed">The model's prepared weights; null to prepare them for this call alone.</param>
    /// <param name="progress">Is told how many covered pictures are scored; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    internal static OcclusionMap Explain(
        ImageClassifier model, Tensor pixels, string? className, OcclusionOptions options, PackedWeights? packed,
        IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        int side = model.Preprocessor.Resolution;
        var (window, stride) = options.For(side);
        int? asked = className is null ? null : Place(model, className);
        int[] starts = [.. Enumerable.Range(0, (side - window - 1) / stride + 1).Select(i => i * stride), side - window];
        (int Top, int Left)[] patches = [.. starts.SelectMany(_ => starts, (top, left) => (top, left))];
        using PackedWeights? own = packed is null ? PackedWeights.For(patches.Length) : null;
        ImageScorer scorer = ImageScorer.Probabilities(model, options.Precision, packed ?? own, options.BatchSize);
        float[] whole = scorer.Rows(pixels);
        int k = asked ?? Array.IndexOf(whole, whole.Max());
        var drops = new float[patches.Length];
        scorer.Run(
            patches, batch => Covered(pixels, batch, window),
            (start, probabilities) =>
            {
                using Tensor column = probabilities.select(1, k).cpu();
                float[] covered = column.data<float>().ToArray();
                for (int n = 0; n < covered.Length; n++) drops[start + n] = whole[k] - covered[n];
            }, progress, cancel);
        return new OcclusionMap
        {
            ClassName = model.ClassNames[k],
            Probability = whole[k],
            Side = side,
            Window = window,
            Stride = stride,
            Drops = Cells(patches, drops, side, window, stride),
            Picture = Picture(pixels, model.Preprocessor),
        };
    }

    private static int Place(ImageClassifier model, string className)
    {
        for (int k = 0; k < model.ClassNames.Count; k++)
            if (ClassNameComparer.Instance.Equals(model.ClassNames[k], className)) return k;
        throw new ArgumentException(
            $"'{className}' is no class of the model; expected one of its {model.ClassNames.Count} classes: " +
            $"{Listed.Classes(model.ClassNames)}.",
            nameof(className));
    }

    /// <summary>The picture with each of some patches on it: (N, 3, R, R).</summary>
    private static Tensor Covered(Tensor pixels, IReadOnlyList<(int Top, int Left)> patches, int window)
    {
        Tensor covered = pixels.repeat(patches.Count, 1, 1, 1);
        for (int n = 0; n < patches.Count; n++)
        {
            using Tensor patch = covered[n].narrow(1, patches[n].Top, window).narrow(2, patches[n].Left, window);
            patch.zero_();
        }
        return covered;
    }

    /// <summary>The mean drop of the patches over each pixel, and the mean of those over each cell.</summary>
    private static ImmutableArray<float> Cells((int Top, int Left)[] patches, float[] drops, int side, int window, int stride)
    {
        double[] sums = new double[side * side], counts = new double[side * side];
        for (int n = 0; n < patches.Length; n++)
            for (int y = patches[n].Top; y < patches[n].Top + window; y++)
                for (int x = patches[n].Left; x < patches[n].Left + window; x++)
                {
                    sums[y * side + x] += drops[n];
                    counts[y * side + x]++;
                }
        int cells = (side - 1) / stride + 1;
        double[] means = new double[cells * cells], pixels = new double[cells * cells];
        for (int i = 0; i < side * side; i++)
        {
            int cell = i / side / stride * cells + i % side / stride;
            means[cell] += sums[i] / counts[i];
            pixels[cell]++;
        }
        return [.. means.Zip(pixels, (sum, count) => (float)(sum / count))];
    }

    /// <summary>uint8 (R, R, 3) of normalised pixels.</summary>
    private static ImmutableArray<byte> Picture(Tensor pixels, ClipPreprocessor preprocessor)
    {
        float[] planes = pixels.data<float>().ToArray();
        int plane = planes.Length / 3;
        return [.. Enumerable.Range(0, planes.Length).Select(i => (byte)Math.Clamp(
            MathF.Round(255 * (planes[i % 3 * plane + i / 3] * preprocessor.StandardDeviation[i % 3] + preprocessor.Mean[i % 3])),
            0, 255))];
    }
}
