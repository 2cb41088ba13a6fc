using Microsoft.ML;
using Microsoft.ML.Runtime;
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
        var reader = new CheckpointReader(options.Head, label, device, channel, cancel);
        var (zeroShot, labels) = reader.Read(zeroShotPath);
        return zeroShot.OrDispose(theta0 =>
        {
            var (fineTuned, others) = reader.Read(fineTunedPath);
            fineTuned.OrDispose(_ => labels.RequireSame(others));
            return (EndPoints.Own(theta0, fineTuned), labels);
        });
    }
}
