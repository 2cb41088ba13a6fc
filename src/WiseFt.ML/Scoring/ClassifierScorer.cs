using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Onnx;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Scores rows with an image classifier: what all classifying transformers have in common.
/// Owns a hold on the classifier.</summary>
internal sealed class ClassifierScorer(
    IHostEnvironment environment, Handle<ImageClassifier> model, LabelKeys labels, ScoringColumns columns, ScoringOptions scoring)
        : IDisposable
{
    public IHostEnvironment Environment => environment;

    public Handle<ImageClassifier> Model => model;

    public LabelKeys Labels => labels;

    public ScoringColumns Columns => columns;

    public ScoringOptions Scoring => scoring;

    public DataViewSchema GetOutputSchema(DataViewSchema input) => Bind(input).OutputSchema;

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchDataView<RowImage>(input, Bind(input.Schema));
    }

    /// <summary>Binds to a schema.</summary>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column's classes are others.</exception>
    public BatchMapper<RowImage> Bind(DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        model.RequireAlive();
        DataViewSchema.Column image = ImageColumn.Find(input, columns.ImageColumnName);
        if (columns.FindLabel(input) is { } label) labels.RequireSame(label);
        ClipPreprocessor preprocessor = model.Use(m => m.Preprocessor);
        uint setId = AnnotationKinds.NextSetId(input);
        return new BatchMapper<RowImage>(input, new RowComputation<RowImage>(
            environment,
            "Scoring",
            image,
            [
                OutputColumn.Largest(columns.PredictedLabelColumnName, labels.KeyType, AnnotationKinds.OfPredictedLabel(labels, setId)),
                OutputColumn.Vector(columns.ScoreColumnName, labels.Names.Length, AnnotationKinds.OfScore(labels, setId)),
            ],
            row => ImageColumn.Reader(row, row.Schema[image.Index], preprocessor),
            Score,
            scoring.BatchSize,
            Onnx(preprocessor.Resolution)));
    }

    /// <summary>Writes the classifier as a safetensors file that describes itself.</summary>
    public void SaveClassifier(string path) => model.Use(m =>
    {
        m.Save(path);
        return m;
    });

    /// <summary>The error for asking which features the scores depend on.</summary>
    public NotSupportedException NoFeatures(string transformer) => new(
        $"{transformer} scores the images of column '{columns.ImageColumnName}' and has no column of features whose numbers could be " +
        "permuted one by one, as PermutationFeatureImportance does. " +
        "Ask it of a trainer behind ClipImageEmbedding, where each number of the embedding is a feature.");

    /// <summary>Probabilities in this scorer's precision, by its own classifier or another of the same classes.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="pixels">(N, 3, R, R), on any device.</param>
    /// <param name="packed">Where its prepared weights are kept, as much memory again; null for nowhere.</param>
    /// <returns>(N, K), row by row.</returns>
    public float[] Probabilities(ImageClassifier classifier, Tensor pixels, PackedWeights? packed) =>
        ImageScorer.Probabilities(classifier, scoring.Precision, packed).Rows(pixels);

    public void Dispose() => model.Dispose();

    private OnnxComputation Onnx(int side) => new(
        "pixel_values", new VectorDataViewType(NumberDataViewType.Single, 3, side, side), () => model.Use(ComponentGraphs.OfClassifier));

    private float[] Score(IReadOnlyList<RowImage> images) => model.Use(m =>
    {
        using Tensor pixels = ImageColumn.Load(images, m.Preprocessor);                // (N, 3, R, R)
        return Probabilities(m, pixels, m.Packed);
    });
}
