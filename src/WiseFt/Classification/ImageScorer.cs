using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Classification;

/// <summary>The one batch loop: items are made a tensor, run through a model without gradients, and handed
/// over, a batch at a time.</summary>
/// <param name="forward">The model: from (N, …) on its device to (N, D).</param>
/// <param name="device">Where the model computes.</param>
/// <param name="precision">In what the products of an image encoder are computed.</param>
internal sealed class ImageScorer(Func<Tensor, Tensor> forward, Device device, Precision precision = Precision.Float32)
{
    private const int DefaultBatchSize = 32;

    /// <summary>How many items are in memory at once. At least 1; default 32, the micro-batch of training: what can
    /// be trained can be scored.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = DefaultBatchSize;

    /// <summary>Prepared weights, which must be those of the model; null (the default) where the model's are used as they are.</summary>
    public PackedWeights? Packed { get; init; }

    /// <summary>Pixels (N, 3, R, R) to features (N, E), not normalised.</summary>
    public static ImageScorer Features(ImageClassifier model, PackedWeights? packed = null) =>
        new(model.EncodeImage, model.Device) { Packed = packed };

    /// <summary>An encoder's items to their vectors (N, E), for encoders whose weights do not change any more.</summary>
    /// <param name="encoder">Of images or of texts.</param>
    /// <param name="isUnit">Whether the vectors are made unit vectors.</param>
    /// <param name="precision">In what the products of an image encoder are computed.</param>
    /// <param name="batchSize">How many items are in memory at once.</param>
    public static ImageScorer Vectors(Encoder encoder, bool isUnit, Precision precision, int batchSize) =>
        new(input => Vectors(encoder.Encode(input), isUnit), encoder.Device, precision) { Packed = encoder.Packed, BatchSize = batchSize };

    /// <summary>Pixels (N, 3, R, R) to probabilities (N, K).</summary>
    public static ImageScorer Probabilities(
        ImageClassifier model, Precision precision = Precision.Float32, PackedWeights? packed = null, int batchSize = DefaultBatchSize) =>
        new(pixels => model.Spec.Family.Scores.Of(model.Forward(pixels)), model.Device, precision)
        {
            BatchSize = batchSize,
            Packed = packed,
        };

    /// <summary>Runs all items through the model, in their order.</summary>
    /// <param name="items">What is scored: images, texts, or batches that are in memory already.</param>
    /// <param name="load">Makes a tensor of a batch's items; it is disposed here if it is made there.</param>
    /// <param name="take">Gets the place of a batch's first item, and what the model gives, on its device: disposed when this
    /// returns unless it is moved to the outer dispose scope.</param>
    /// <param name="progress">Is told how many items are done; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <param name="name">What to call a row of an item in messages; the item itself where that is not given.</param>
    /// <exception cref="NotFiniteNumberException">The model gives NaN or infinity.</exception>
    public void Run<T>(
        IReadOnlyList<T> items, Func<IReadOnlyList<T>, Tensor> load, Action<int, Tensor> take,
        IProgress<WorkProgress>? progress, CancellationToken cancel, Func<T, int, string>? name = null)
    {
        static string Name(T item, int row) => item is ImageSource image ? image.Name : $"{item}";
        int done = 0;
        foreach (T[] batch in items.Chunk(BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Tensor output = Forward(load(batch));
            RequireFinite(output, row => (name ?? Name)(batch[output.shape[0] == batch.Length ? row : 0], row));
            take(done, output);
            done += batch.Length;
            progress?.Report(new WorkProgress(done, items.Count));
        }
    }

    /// <summary>Runs all items through the model and keeps what it gives.</summary>
    /// <param name="items">What is scored.</param>
    /// <param name="load">Makes a tensor of a batch's items.</param>
    /// <param name="length">Length D of what the model gives for an item.</param>
    /// <param name="progress">Is told how many items are done; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>float32 (N, D) on the CPU, in the order of the items.</returns>
    public Tensor Gather<T>(
        IReadOnlyList<T> items, Func<IReadOnlyList<T>, Tensor> load, int length,
        IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        Tensor rows = empty(items.Count, length);
        Run(items, load, (start, batch) => rows.narrow(0, start, batch.shape[0]).copy_(batch), progress, cancel);
        return rows.MoveToOuterDisposeScope();
    }

    /// <summary>Runs a single batch through the model.</summary>
    /// <param name="input">(N, …), on any device.</param>
    /// <returns>(N, D), row by row.</returns>
    /// <exception cref="NotFiniteNumberException">The model gives NaN or infinity.</exception>
    public float[] Rows(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor output = Forward(input).cpu();
        RequireFinite(output, row => FormattableString.Invariant($"item {row + 1} of {output.shape[0]}"));
        return output.data<float>().ToArray();
    }

    /// <summary>Throws unless all that a model gives are numbers.</summary>
    /// <param name="output">(N, D); anything of another rank is the model's input.</param>
    /// <param name="name">What to call a row.</param>
    /// <exception cref="NotFiniteNumberException">One is NaN or infinite.</exception>
    public static void RequireFinite(Tensor output, Func<int, string> name)
    {
        if (output.dim() == 2 && Finite.RowOfNone(output) is >= 0 and var row)
            throw new NotFiniteNumberException(
                $"{name(row)}: the model gives NaN or infinity. Its weights are too large, as after a training that diverged: " +
                "use a checkpoint of before, or train with a lower learning rate.");
    }

    private static Tensor Vectors(Tensor features, bool isUnit) =>
        isUnit ? features / features.norm(-1, keepdim: true) : features; // (N, E)

    private Tensor Forward(Tensor input)
    {
        using IDisposable grad = no_grad();
        using IDisposable products = Products.In(precision, Packed);
        return forward(input.to(device));
    }
}
