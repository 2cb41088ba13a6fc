using static TorchSharp.torch;

namespace WiseFt.Classification;

/// <summary>The image encoder over many images, a batch at a time.</summary>
internal static class ImageFeatures
{
    private const int BatchSize = 32;

    /// <summary>Encodes images in their order.</summary>
    /// <param name="model">Whose image encoder.</param>
    /// <param name="images">The images.</param>
    /// <param name="progress">Is told how many images are encoded.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>float32 (N, E) on the CPU, not normalised.</returns>
    public static Tensor Encode(ImageClassifier model, IReadOnlyList<ImageSource> images, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        Tensor features = empty(images.Count, model.EmbeddingDimension);
        int done = 0;
        foreach (ImageSource[] batch in images.Chunk(BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            Tensor encoded = model.EncodeImage(model.Preprocessor.Load(batch, cancel).to(model.Device));
            features.narrow(0, done, batch.Length).copy_(encoded);
            done += batch.Length;
            progress?.Report(new WorkProgress(done, images.Count));
        }
        return features.MoveToOuterDisposeScope();
    }
}
