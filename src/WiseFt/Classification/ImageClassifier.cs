using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt;

/// <summary>An image encoder and a linear head on its L2-normalised features. Computes in float32; owns native memory.</summary>
/// <remarks>
/// Source: mlfoundations/wise-ft src/models/modeling.py <c>ImageClassifier</c>, <c>ClassificationHead</c>. Zero-shot, fine-tuned and mixed
/// models are all of this type and differ in their weights only. The forward passes may be used from several threads at once.
/// </remarks>
public sealed class ImageClassifier : IDisposable
{
    /// <summary>What comes before OpenAI's names in <see cref="Weights"/>.</summary>
    internal const string EncoderPrefix = ClipModel.WeightsPrefix;

    /// <summary>The head's weight in <see cref="Weights"/>: float32 (K, E).</summary>
    internal const string HeadWeight = "classification_head.weight";

    /// <summary>The head's bias in <see cref="Weights"/>: float32 (K).</summary>
    internal const string HeadBias = "classification_head.bias";

    private readonly Encoder _encoder;
    private readonly Parameter _headWeight;
    private readonly Parameter _headBias;
    private bool _disposed;

    /// <summary>A classifier with a copy of the given weights.</summary>
    /// <param name="spec">Classes, preprocessing and architecture.</param>
    /// <param name="weights">Every weight, named as the reference implementation names it.</param>
    /// <param name="device">Where the model computes; the CPU if null.</param>
    /// <exception cref="WeightMismatchException">Names or shapes are not this architecture's.</exception>
    /// <exception cref="ArgumentException">The architecture's numbers do not fit together.</exception>
    public ImageClassifier(ClassifierSpec spec, Weights weights, Device? device = null)
        : this(spec, (ITensorSource)weights, device)
    {
    }

    /// <summary>A classifier with the weights of a source.</summary>
    /// <inheritdoc cref="ImageClassifier(ClassifierSpec, Weights, Device?)"/>
    internal ImageClassifier(ClassifierSpec spec, ITensorSource weights, Device? device)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(weights);
        (int classes, int length) = (spec.ClassNames.Length, spec.EmbeddingDimension);
        (Spec, ClassNames) = (spec, spec.ClassNames);
        Device = device ?? CPU;
        IEnumerable<TensorInfo> encoder = spec.Vision.Validated().Tensors(length).Select(t => t with { Name = EncoderPrefix + t.Name });
        // Before memory is taken for what a damaged file says.
        TensorMatch.RequireExactly([.. encoder, new(HeadWeight, [classes, length]), new(HeadBias, [classes])], weights.Tensors);
        _encoder = Encoder.Image(spec.Vision, length, Device);
        try
        {
            _headWeight = new Parameter(empty(classes, length, device: Device));
            _headBias = new Parameter(empty(classes, device: Device));
            Weights = new Weights(NamedTensors());
            Weights.CopyFrom(weights);
        }
        catch
        {
            _encoder.Dispose();
            _headWeight?.Dispose();
            _headBias?.Dispose();
            throw;
        }
    }

    /// <summary>Reads a classifier that <see cref="Save"/> wrote.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="device">Where the model computes; the CPU if null.</param>
    /// <exception cref="CheckpointException">It is no such file, damaged, or of a newer version.</exception>
    public static ImageClassifier Load(string path, Device? device = null) => ClassifierFile.Load(path, device);

    /// <summary>What the classifier is apart from its weights.</summary>
    public ClassifierSpec Spec { get; }

    /// <summary>Names of the K classes, in the order of the logits: <see cref="ClassifierSpec.ClassNames"/>.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How images become pixels: <see cref="ClassifierSpec.Preprocessor"/>.</summary>
    public ClipPreprocessor Preprocessor => Spec.Preprocessor;

    /// <summary>Where the model computes.</summary>
    public Device Device { get; }

    /// <summary>The model's live weights, owned by it: do not dispose them, and clone what must outlive the model.</summary>
    public Weights Weights { get; }

    /// <summary>Writes the weights as safetensors under the reference implementation's names, with class names, architecture and
    /// preprocessing in the metadata. The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path) => ClassifierFile.Save(this, path);

    /// <summary>Prepares the model for many forward passes: from now on they use copies of the weights that are rounded, and laid out for
    /// this processor, at the first of them. It takes the memory of the weights again, and changes of <see cref="Weights"/> are not seen
    /// any more.</summary>
    /// <param name="precision">What products are computed in. bfloat16 is about twice as fast where the processor multiplies it, and gives
    /// nearly the same scores (docs/performance.md). Default float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision is none.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void PrepareForScoring(Precision precision = Precision.Float32)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _encoder.Scoring = Check.Defined(precision);
    }

    /// <summary>Images to features.</summary>
    /// <param name="pixels">float32 (N, 3, R, R), normalised, on the model's device.</param>
    /// <returns>float32 (N, E), not normalised.</returns>
    public Tensor EncodeImage(Tensor pixels)
    {
        using IDisposable grad = no_grad();
        return ForwardEncoder(pixels);
    }

    /// <summary>Features to logits.</summary>
    /// <param name="features">float32 (N, E), not normalised.</param>
    /// <returns>float32 (N, K).</returns>
    public Tensor Classify(Tensor features)
    {
        using IDisposable grad = no_grad();
        return ForwardHead(features);
    }

    /// <summary>Images to logits.</summary>
    /// <param name="pixels">float32 (N, 3, R, R), normalised, on the model's device.</param>
    /// <returns>float32 (N, K).</returns>
    public Tensor Forward(Tensor pixels)
    {
        using Tensor features = EncodeImage(pixels);
        return Classify(features);
    }

    /// <summary>The classes of an image, the most probable first.</summary>
    /// <param name="path">A PNG, JPEG, GIF, BMP or WebP file.</param>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public IReadOnlyList<ClassProbability> Predict(string path) => Predict(ImageSource.FromFile(Check.NotBlank(path)));

    /// <summary>The classes of an image, the most probable first; of equal ones in the classes' order.</summary>
    /// <param name="image">The image.</param>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public IReadOnlyList<ClassProbability> Predict(ImageSource image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using Tensor pixels = Preprocessor.Load([image]);
        float[] probabilities = ImageScorer.Probabilities(this).Rows(pixels);
        return [.. ClassNames.Zip(probabilities, (label, p) => new ClassProbability(label, p)).OrderByDescending(c => c.Probability)];
    }

    /// <summary>A classifier of the same architecture and classes with a copy of other weights.</summary>
    /// <exception cref="WeightMismatchException">Names or shapes are not this architecture's.</exception>
    public ImageClassifier WithWeights(Weights weights) => WithWeights(weights, Device);

    /// <summary>A classifier of the same architecture and classes with a copy of other weights, on a device.</summary>
    /// <exception cref="WeightMismatchException">Names or shapes are not this architecture's.</exception>
    public ImageClassifier WithWeights(Weights weights, Device device) => new(Spec, weights, device);

    /// <summary>Frees the weights. May be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Weights.Dispose();
        _encoder.Dispose();
        _headWeight.Dispose();
        _headBias.Dispose();
    }

    /// <summary>Makes the weights in place the mixture of two others.</summary>
    /// <inheritdoc cref="WeightSpace.Interpolate"/>
    internal void InterpolateFrom(Weights zeroShot, Weights fineTuned, double alpha) =>
        WeightSpace.InterpolateInto(zeroShot, fineTuned, alpha, Weights);

    /// <summary>Makes the head in place the mixture of two others, whose encoders are this one's.</summary>
    /// <inheritdoc cref="WeightSpace.Interpolate"/>
    internal void InterpolateHeadFrom(Weights zeroShot, Weights fineTuned, double alpha) =>
        WeightSpace.InterpolateInto(
            zeroShot, fineTuned, alpha, Weights.Where(t => !t.Key.StartsWith(EncoderPrefix, StringComparison.Ordinal)));

    /// <summary>For forward passes once the weights do not change any more.</summary>
    internal PackedWeights Packed => _encoder.Packed;

    /// <summary>The encoder's forward pass, with gradients where they are enabled.</summary>
    internal Tensor ForwardEncoder(Tensor pixels)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _encoder.Forward(pixels);
    }

    /// <summary>The encoder's forward pass in stages; null for a ModifiedResNet,
    /// whose batch normalisation would gather its statistics twice if a stage were computed twice.</summary>
    internal IReadOnlyList<Func<Tensor, Tensor>>? EncoderStages()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _encoder.Stages();
    }

    /// <summary>The head's forward pass, with gradients where they are enabled.</summary>
    internal Tensor ForwardHead(Tensor features)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var scope = NewDisposeScope();
        Tensor unit = features / features.norm(-1, keepdim: true);                     // (N, E)
        return functional.linear(unit, _headWeight, _headBias).MoveToOuterDisposeScope(); // (N, K)
    }

    /// <summary>The parameters that fine-tuning in a mode changes.</summary>
    internal IReadOnlyList<Parameter> TrainableParameters(bool withEncoder) =>
        withEncoder ? [.. _encoder.Parameters(), _headWeight, _headBias] : [_headWeight, _headBias];

    /// <summary>Training mode lets batch normalisation gather statistics; evaluation mode is the default.</summary>
    internal void SetTraining(bool training) => _encoder.SetTraining(training);

    /// <summary>The encoder's batch normalisations; none in a vision transformer.</summary>
    internal IReadOnlyList<BatchNorm2d> BatchNorms()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _encoder.BatchNorms();
    }

    /// <summary>Frees the memory of the gradients.</summary>
    internal void ClearGradients()
    {
        foreach (Parameter parameter in TrainableParameters(withEncoder: true)) parameter.grad = null;
    }

    private IEnumerable<KeyValuePair<string, Tensor>> NamedTensors() => _encoder.Weights
        .Select(t => KeyValuePair.Create(EncoderPrefix + t.Key, t.Value))
        .Append(KeyValuePair.Create<string, Tensor>(HeadWeight, _headWeight))
        .Append(KeyValuePair.Create<string, Tensor>(HeadBias, _headBias));
}
