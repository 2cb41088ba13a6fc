using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Classification;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Two models on disk: classifiers with their class names, or CLIP models, of which zero-shot classifiers are made.</summary>
internal sealed class CheckpointEndPoints(string zeroShotPath, string fineTunedPath, WiseFtEstimator.MixtureOptions options) : EndPointSource
{
    public override ScoringColumns Columns => options.Columns;

    public override ScoringSettings Scoring => options.Scoring;

    public override SchemaShape GetOutputSchema(SchemaShape input) => options.Columns.Extend(input, null);

    public override (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        using IChannel channel = environment.Register(nameof(WiseFtEstimator)).Start("Reading checkpoints");
        ImageColumn.Find(data.Schema, Columns.Image);
        DataViewSchema.Column? label = Columns.FindLabel(data.Schema);
        Device device = DeviceChoice.Resolve(environment, options.Device, channel);
        ImageClassifier zeroShot = Read(zeroShotPath, label, device, cancel, out LabelKeys labels);
        try
        {
            ImageClassifier fineTuned = Read(fineTunedPath, label, device, cancel, out LabelKeys others);
            try
            {
                labels.RequireSame(others);
                return (Own(zeroShot, fineTuned), labels);
            }
            catch
            {
                fineTuned.Dispose();
                throw;
            }
        }
        catch
        {
            zeroShot.Dispose();
            throw;
        }
    }

    private ImageClassifier Read(string path, DataViewSchema.Column? label, Device device, CancellationToken cancel, out LabelKeys labels)
    {
        if (!ClassifierFile.IsClassifier(path))
        {
            Classes classes = Classes.Find(label, options.ClassNames);
            labels = classes.Labels;
            return classes.BuildZeroShot(path, options.Templates, device, null, cancel);
        }
        ImageClassifier classifier = ImageClassifier.Load(path, device);
        try
        {
            labels = LabelKeys.FromNames(classifier.ClassNames);
            if (label is not { } column) return classifier;
            labels.RequireSame(column);
            labels = LabelKeys.Read(column) ?? labels; // The same names, with the type of the column's key values.
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }
}
