using TorchSharp;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>
/// TorchSharp 0.107 does not keep the Scalar of an operation alive while the operation runs: a collection at that moment frees it, and the
/// operation reads what lies there then. Decoding images makes collections frequent, so every scalar of ours must outlive its use.
/// </summary>
public sealed class GarbageCollectionTests
{
    [Fact]
    [Fault("garbage collection at any moment", "constant collections beside training", "the same bits")]
    public void FineTuneAndEncode_UnderConstantCollection_GivesTheSameBits()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        float[] calm = Run(clip);
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (int i = 0; i < 3; i++) Run(clip).Should().Equal(calm);
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    /// <summary>Zero-shot head, fine-tuning, mixture and its logits.</summary>
    private static float[] Run(ClipModel clip)
    {
        using var scope = NewDisposeScope();
        using ImageClassifier zeroShot = ZeroShotHead.Build(clip, ["tench", "mammal", "chef's hat"], PromptTemplates.Simple);
        Tensor pixels = linspace(-1, 1, 24L * 3 * 32 * 32).view(24, 3, 32, 32).sin();
        var input = new TrainingInput(
            [.. Enumerable.Range(0, 24).Select(i => i % 3)], (indices, _) => pixels.narrow(0, indices[0], indices.Count).clone(),
            i => $"image {i}");
        var options = new FineTuningOptions
        {
            Epochs = 2,
            BatchSize = 8,
            MicroBatchSize = 4,
            LearningRate = 1e-3,
            Shuffle = false,
            LabelSmoothing = 0.1,
        };
        using ImageClassifier fineTuned = FineTuner.Run(zeroShot, input, options, null, null, CancellationToken.None);
        using Weights theta = WiseFt.WeightSpace.Interpolate(zeroShot.Weights, fineTuned.Weights, 0.5);
        using ImageClassifier mixture = zeroShot.WithWeights(theta);
        return [.. mixture.Forward(pixels).data<float>()];
    }
}
