using WiseFt.Tests;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>A step of end-to-end fine-tuning beside three forward passes on its batch: what forward and backward must cost.</summary>
internal static class TrainingSteps
{
    private const int StepImages = 64, PassesPerStep = 3;

    public static IEnumerable<Measurement> Run(Inputs inputs) =>
    [
        Measure(inputs, Precision.Float32, "step of FineTuner, images decoded on the way : 3 forward passes"),
        Measure(inputs, Precision.BFloat16, "the same with products in bfloat16 : 3 forward passes in float32"),
    ];

    private static Measurement Measure(Inputs inputs, Precision precision, string label)
    {
        int steps = inputs.Settings.Repetitions + 1;
        ImageSource[] images = [.. Enumerable.Range(0, steps * StepImages)
            .Select(i => ImageSource.FromFile(inputs.ImagePaths[i % inputs.ImagePaths.Count]))];
        var training = new LabelledImages(inputs.ClassNames, images, [.. images.Select((_, i) => i % inputs.ClassNames.Count)]);
        var options = new FineTuningOptions { Epochs = 1, BatchSize = StepImages, Precision = precision };
        Tensor[] batches = [.. images.Take(StepImages).Chunk(options.MicroBatchSize)
            .Select(part => inputs.Classifier.Preprocessor.Load(part))];
        // The first step warms up. What runs between two reports is a step; the passes are measured after it, before the next one begins.
        List<(Duration, Duration)> times = [];
        Duration.Clock clock = default;
        var passesAfterEachStep = new Reported<FineTuningStep>(step =>
        {
            Duration taken = clock.Read(), passes = Duration.Of(() =>
            {
                for (int i = 0; i < PassesPerStep; i++) Scoring.Forward(inputs.Classifier, batches);
            });
            if (step.Step > 0) times.Add((taken, passes));
            clock = Duration.Clock.Start();
        });
        FineTuner.Run(inputs.Classifier, training, options, passesAfterEachStep).Dispose();
        foreach (Tensor batch in batches) batch.Dispose();
        return Alternation.Seconds(label, times);
    }
}
