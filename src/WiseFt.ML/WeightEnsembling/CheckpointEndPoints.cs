using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Classification;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Two models on disk: classifiers with their class names, or CLIP models, of which zero-shot classifiers are made.</summary>
internal sealed class CheckpointEndPoints(string zeroShotPath, string fineTunedPath, WiseFtEstimator.MixtureOptions options)
    : IEndPointSource
{
    public ScoringColumns Columns => options.Columns;

    public ScoringOptions Scoring => options.Scoring;

    public SchemaShape GetOutputSchema(SchemaShape input) => Columns.Extend(input, null);

    public (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        using IChannel channel = environment.Register(nameof(WiseFtEstimator)).Start("Reading checkpoints");
        ImageColumn.Find(data.Schema, Columns.ImageColumnName);
        DataViewSchema.Column? label = Columns.FindLabel(data.Schema);
        Device device = DeviceChoice.Resolve(environment, options.Device, channel);
        var (zeroShot, labels) = Read(zeroShotPath, label, device, channel, cancel);
        return zeroShot.OrDispose(theta0 =>
        {
            var (fineTuned, others) = Read(fineTunedPath, label, device, channel, cancel);
            fineTuned.OrDispose(_ => labels.RequireSame(others));
            return (EndPoints.Own(theta0, fineTuned), labels);
        });
    }

    private (ImageClassifier Model, LabelKeys Labels) Read(
        string path, DataViewSchema.Column? label, Device device, IChannel channel, CancellationToken cancel)
    {
        if (!ClassifierFile.IsClassifier(path))
        {
            Classes classes = Classes.Find(label, options.Head.ClassNames);
            return (classes.BuildZeroShot(path, options.Head, device, channel, null, cancel), classes.Labels);
        }
        return ImageClassifier.Load(path, device).OrDispose(classifier =>
        {
            LabelKeys labels = LabelKeys.FromNames(classifier.ClassNames);
            if (label is not { } column) return (classifier, labels);
            labels.RequireSame(column);
            return (classifier, LabelKeys.Read(column) ?? labels); // The same names, with the type of the column's key values.
        });
    }
}
