using Microsoft.Extensions.AI;
using WiseFt.Extensions.AI;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>Vectors through Microsoft.Extensions.AI, beside the encoders' arithmetic alone.</summary>
internal static class Embeddings
{
    /// <summary>Encoded images in one call against forward passes on pixels that are in memory; texts against forward passes on
    /// ids.</summary>
    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        using ClipEmbeddingGenerator generator = ClipEmbeddingGenerator.Load(inputs.ModelPath),
            rounded = ClipEmbeddingGenerator.Load(inputs.ModelPath, new ClipEmbeddingOptions { Precision = Precision.BFloat16 });
        DataContent[] images = [.. inputs.ImagePaths.Select(path => new DataContent(File.ReadAllBytes(path), "image/jpeg"))];
        string[] texts = [.. images.Select((_, i) => FormattableString.Invariant($"a photo of {i} things."))];
        Tensor[] pixels = inputs.PixelBatches();
        Tensor[] ids = [.. texts.Chunk(Inputs.BatchSize).Select(batch => inputs.Clip.Tokenizer.Encode(batch).DetachFromDisposeScope())];
        yield return Alternation.Rates(
            "images : forward passes", "images/s", inputs.Settings.Repetitions,
            (images.Length, () => Wait(generator.GenerateAsync(images))),
            (images.Length, () => Forward(inputs.Classifier.EncodeImage, pixels)));
        yield return Alternation.Rates(
            "images in bfloat16 : forward passes in float32", "images/s", inputs.Settings.Repetitions,
            (images.Length, () => Wait(rounded.GenerateAsync(images))),
            (images.Length, () => Forward(inputs.Classifier.EncodeImage, pixels)));
        yield return Alternation.Rates(
            "texts : forward passes", "texts/s", inputs.Settings.Repetitions,
            (texts.Length, () => Wait(generator.GenerateAsync(texts))), (texts.Length, () => Forward(inputs.Clip.EncodeText, ids)));
        foreach (Tensor batch in pixels.Concat(ids)) batch.Dispose();
    }

    private static void Wait(Task<GeneratedEmbeddings<Embedding<float>>> call) => call.GetAwaiter().GetResult();

    private static void Forward(Func<Tensor, Tensor> encode, IReadOnlyList<Tensor> batches)
    {
        foreach (Tensor batch in batches) encode(batch).Dispose();
    }
}
