using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>A sweep over 11 alphas in linear mode, where the models share their encoder, beside scoring the images once.</summary>
internal static class LinearSweep
{
    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        ImageClassifier zeroShot = inputs.Classifier;
        using ImageClassifier fineTuned = WithAnotherHead(zeroShot);
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

    /// <summary>What linear fine-tuning leaves: the same encoder, another head.</summary>
    private static ImageClassifier WithAnotherHead(ImageClassifier zeroShot)
    {
        ImageClassifier fineTuned = zeroShot.WithWeights(zeroShot.Weights);
        using IDisposable grad = no_grad();
        using Scalar factor = 2;
        fineTuned.Weights[ImageClassifier.HeadWeight].mul_(factor);
        return fineTuned;
    }
}
