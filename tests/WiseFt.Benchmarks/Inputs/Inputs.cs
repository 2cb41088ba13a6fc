using Microsoft.ML;
using WiseFt.ML;
using WiseFt.Models;
using WiseFt.Tests;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>What the benchmarks run on, each made when it is first needed, in a temporary folder.</summary>
internal sealed class Inputs : IDisposable
{
    public const int BatchSize = 32;

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _modelPath;
    private readonly Lazy<string[]> _imagePaths;
    private readonly Lazy<ClipModel> _clip;
    private readonly Lazy<ImageClassifier> _classifier;
    private readonly Lazy<ClipClassifierTransformer> _transformer, _roundedTransformer, _int8Transformer;

    public Inputs(Settings settings)
    {
        Settings = settings;
        _modelPath = new Lazy<string>(WriteModel);
        _imagePaths = new Lazy<string[]>(() => RandomImages.Write(_folder.At("images"), settings.Images, ClassNames));
        _clip = new Lazy<ClipModel>(() => ClipModel.Load(ModelPath));
        _classifier = new Lazy<ImageClassifier>(Prepared);
        _transformer = new Lazy<ClipClassifierTransformer>(() => ZeroShot(Precision.Float32));
        _roundedTransformer = new Lazy<ClipClassifierTransformer>(() => ZeroShot(Precision.BFloat16));
        _int8Transformer = new Lazy<ClipClassifierTransformer>(() => ZeroShot(Precision.Int8));
    }

    public Settings Settings { get; }

    public MLContext ML { get; } = new(seed: 1);

    public IReadOnlyList<string> ClassNames { get; } = ["circle", "rectangle", "both", "neither"];

    /// <summary>A safetensors file of random weights.</summary>
    public string ModelPath => _modelPath.Value;

    /// <summary>JPEG files.</summary>
    public IReadOnlyList<string> ImagePaths => _imagePaths.Value;

    public ClipModel Clip => _clip.Value;

    /// <summary>A classifier that is prepared for scoring.</summary>
    public ImageClassifier Classifier => _classifier.Value;

    /// <summary>The same classifier as an ML.NET transformer.</summary>
    public ClipClassifierTransformer Transformer => _transformer.Value;

    /// <summary>The same, scoring with products in bfloat16.</summary>
    public ClipClassifierTransformer RoundedTransformer => _roundedTransformer.Value;

    /// <summary>The same, scoring in 8 bits.</summary>
    public ClipClassifierTransformer Int8Transformer => _int8Transformer.Value;

    /// <summary>The JPEG files as rows.</summary>
    public IDataView ImageRows => ML.Data.LoadFromEnumerable(ImagePaths.Select(path => new ImageRow { ImagePath = path }));

    /// <summary>The JPEG files as a labelled set.</summary>
    public LabelledImages Labelled => LabelledImages.FromFolder(ImagesFolder, ClassNames);

    /// <summary>The folder of the JPEG files' class folders.</summary>
    public string ImagesFolder => Path.GetDirectoryName(Path.GetDirectoryName(ImagePaths[0])!)!;

    /// <summary>A file of this run.</summary>
    public string File(string name) => _folder.At(name);

    /// <summary>The images' pixels, in batches; the caller disposes them.</summary>
    public Tensor[] PixelBatches() =>
        [.. ImagePaths.Chunk(BatchSize).Select(paths => Clip.Preprocessor.Load(paths).DetachFromDisposeScope())];

    public void Dispose()
    {
        if (_transformer.IsValueCreated) Transformer.Dispose();
        if (_roundedTransformer.IsValueCreated) RoundedTransformer.Dispose();
        if (_int8Transformer.IsValueCreated) Int8Transformer.Dispose();
        if (_classifier.IsValueCreated) Classifier.Dispose();
        if (_clip.IsValueCreated) Clip.Dispose();
        _folder.Dispose();
    }

    private ClipClassifierTransformer ZeroShot(Precision precision) => ML.Transforms.ClipZeroShot(new ClipZeroShotEstimator.Options
    {
        ModelPath = ModelPath,
        Columns = new() { LabelColumnName = null },
        Head = new() { Templates = PromptTemplates.Simple, ClassNames = ClassNames },
        Scoring = new() { Precision = precision },
    }).Fit(ML.Data.LoadFromEnumerable(Array.Empty<ImageRow>()));

    private ImageClassifier Prepared()
    {
        ImageClassifier classifier = ZeroShotHead.Build(Clip, ClassNames, PromptTemplates.Simple);
        classifier.PrepareForScoring();
        return classifier;
    }

    private string WriteModel()
    {
        string path = File("clip.safetensors");
        RandomModel.Write(RandomModel.Config(Settings.Model), path);
        return path;
    }
}
