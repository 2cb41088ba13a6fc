using System.Text.Json;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>The image features that a linear classifier is trained on:
/// encoded once, in memory, or in a file of which a batch reads its rows.</summary>
internal sealed class LinearFeatures : IDisposable
{
    // Changes with the computation, so that no features of an earlier version are taken for those of this.
    private const string Version = "image features 1";
    private const string Features = "features";

    private readonly Tensor? _inMemory;
    private readonly SafetensorsFile? _onDisk;

    private LinearFeatures(Tensor? inMemory, SafetensorsFile? onDisk) => (_inMemory, _onDisk) = (inMemory, onDisk);

    /// <summary>Encodes the images, unless their features are in the folder:
    /// those of the same images, encoder and preprocessing, by content.</summary>
    /// <param name="model">Whose image encoder.</param>
    /// <param name="images">The images.</param>
    /// <param name="stamps">What the images' files were when the run began.</param>
    /// <param name="folder">Where features are kept; null for nowhere.</param>
    /// <param name="progress">Is told how many images are encoded; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    public static LinearFeatures Of(
        ImageClassifier model, LabelledImages images, ImageStamps stamps, string? folder, IProgress<WorkProgress>? progress,
        CancellationToken cancel)
    {
        int length = model.Spec.EmbeddingDimension;
        if (folder is null) return new LinearFeatures(Encode(), null);
        string path = Path.Combine(folder, $"features-{Key(model, images, cancel)}.safetensors");
        return new LinearFeatures(null, KeptTensor.Open(path, Features, [images.Count, length], Encode));

        Tensor Encode()                                                                  // (N, E)
        {
            using PackedWeights? packed = PackedWeights.For(images.Count);
            return ImageScorer.Features(model, packed)
                .Gather(images.Images, batch => model.Preprocessor.Load(batch, cancel), length, progress, cancel)
                .OrDispose(_ => stamps.RequireUnchanged());
        }
    }

    /// <summary>Features of some images: float32 (n, E).</summary>
    public Tensor Rows(IReadOnlyList<int> images)
    {
        if (_onDisk is not null) return _onDisk.ReadRows(Features, images);
        using Tensor rows = tensor(images.Select(i => (long)i).ToArray());
        return _inMemory!.index_select(0, rows);
    }

    /// <summary>Frees the memory or closes the file.</summary>
    public void Dispose()
    {
        _inMemory?.Dispose();
        _onDisk?.Dispose();
    }

    private static string Key(ImageClassifier model, LabelledImages images, CancellationToken cancel)
    {
        string text = JsonSerializer.Serialize(new
        {
            Version,
            model.Spec.Vision,
            model.Spec.EmbeddingDimension,
            model.Preprocessor,
            // what an image counts changes no feature
            Images = TrainingImageList.Of(new LabelledImages(images.ClassNames, images.Images, images.Labels), cancel).Sha256(),
        });
        return TensorHash.Sha256(text, model.Weights.Where(w => w.Key.StartsWith(ImageClassifier.EncoderPrefix, StringComparison.Ordinal)));
    }
}
