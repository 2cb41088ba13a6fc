using TorchSharp;
using WiseFt.Tests;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>Sweeps over 11 alphas beside the forward passes that they cannot do without.</summary>
internal static class Sweeps
{
    private const int MostRepetitions = 3;

    /// <summary>Two models that differ everywhere, on all built-in test sets, beside 11 forward passes on the pixels in memory.</summary>
    public static IEnumerable<Measurement> EndToEnd(Inputs inputs)
    {
        LabelledImages reference = LabelledImages.FromFolder(Fixtures.Data("emoji-shift/reference/test"));
        DistributionShift[] shifts = [.. Directory.GetDirectories(Fixtures.Data("emoji-shift/shifts")).Order(StringComparer.Ordinal)
            .Select(folder => new DistributionShift(Path.GetFileName(folder), LabelledImages.FromFolder(folder, reference.ClassNames)))];
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        using ImageClassifier zeroShot = ZeroShotHead.Build(clip, reference.ClassNames, PromptTemplates.Simple);
        using ImageClassifier fineTuned = Scaled(zeroShot, zeroShot.Weights.Keys);
        ImageSource[][] batches = [.. new[] { reference }.Concat(shifts.Select(s => s.Images))
            .SelectMany(set => set.Images.Chunk(Inputs.BatchSize))];
        using var scope = NewDisposeScope();
        Tensor[] pixels = [.. batches.Select(batch => clip.Preprocessor.Load(batch))];
        yield return Alternation.Seconds(
            FormattableString.Invariant(
                $"AlphaSweep over 0, 0.1, ... 1, {batches.Sum(b => b.Length):N0} images, starter model : 11 forward passes"),
            Math.Min(MostRepetitions, inputs.Settings.Repetitions),
            () => AlphaSweep.Run(zeroShot, fineTuned, reference, shifts, AlphaGrid.Tenths),
            () => ForwardPasses(zeroShot, pixels, AlphaGrid.Tenths.Length));
    }

    /// <summary>Two models that share their encoder, beside scoring the images once.</summary>
    public static IEnumerable<Measurement> Linear(Inputs inputs)
    {
        ImageClassifier zeroShot = inputs.Classifier;
        using ImageClassifier fineTuned = Scaled(zeroShot, [ImageClassifier.HeadWeight]);
        LabelledImages images = inputs.Labelled;
        yield return Alternation.Seconds(
            "AlphaSweep over 0, 0.1, ... 1 : decode and score once", inputs.Settings.Repetitions,
            () => AlphaSweep.Run(zeroShot, fineTuned, images, [], AlphaGrid.Tenths),
            () => ScoreOnce(zeroShot, images));
    }

    private static void ScoreOnce(ImageClassifier classifier, LabelledImages images)
    {
        foreach (ImageSource[] batch in images.Images.Chunk(Inputs.BatchSize))
        {
            using Tensor pixels = classifier.Preprocessor.Load(batch);
            classifier.Forward(pixels).Dispose();
        }
    }

    private static void ForwardPasses(ImageClassifier classifier, Tensor[] pixels, int passes)
    {
        for (int pass = 0; pass < passes; pass++)
            foreach (Tensor batch in pixels) classifier.Forward(batch).Dispose();
    }

    /// <summary>Another model of the same architecture: what fine-tuning leaves.</summary>
    private static ImageClassifier Scaled(ImageClassifier zeroShot, IEnumerable<string> names)
    {
        ImageClassifier fineTuned = zeroShot.WithWeights(zeroShot.Weights);
        using IDisposable grad = no_grad();
        using Scalar factor = 1.1;
        foreach (string name in names) fineTuned.Weights[name].mul_(factor);
        return fineTuned;
    }
}
