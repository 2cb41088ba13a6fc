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
        ImageSource[] images = [.. Enumerable.Range(0, steps * StepImages).Select(i => ImageSource.FromFile(inputs.ImagePaths[i % inputs.ImagePaths.Count]))];
        var training = new LabelledImages(inputs.ClassNames, images, [.. images.Select((_, i) => i % inputs.ClassNames.Count)]);
        var options = new FineTuningOptions { Epochs = 1, BatchSize = StepImages, Precision = precision };
        Tensor[] batches = [.. images.Take(StepImages).Chunk(options.MicroBatchSize).Select(part => inputs.Classifier.Preprocessor.Load(part))];
        var interruptions = new Interruptions(() =>
        {
            for (int i = 0; i < PassesPerStep; i++) Scoring.Forward(inputs.Classifier, batches);
        });
        FineTuner.Run(inputs.Classifier, training, options, interruptions).Dispose();
        foreach (Tensor batch in batches) batch.Dispose();
        return Alternation.Seconds(label, interruptions.Times);
    }

    /// <summary>Measures something after each step, and the steps between.</summary>
    private sealed class Interruptions(Action afterStep) : IProgress<FineTuningStep>
    {
        private readonly List<(Duration, Duration)> _times = [];
        private Duration.Clock _clock;

        /// <summary>A step and what was measured after it; the first step, which warms up, is left out.</summary>
        public IReadOnlyList<(Duration, Duration)> Times => _times;

        public void Report(FineTuningStep value)
        {
            Duration step = _clock.Read();
            Duration after = Duration.Of(afterStep);
            if (value.Step > 0) _times.Add((step, after));
            _clock = Duration.Clock.Start();
        }
    }
}
