using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>The models of two transformers, shared with them. Columns are the zero-shot transformer's.</summary>
internal sealed class TransformerEndPoints(ClipZeroShotTransformer zeroShot, ClipFineTuneTransformer fineTuned) : EndPointSource
{
    public override ScoringColumns Columns => zeroShot.Scorer.Columns;

    public override ScoringSettings Scoring => zeroShot.Scorer.Scoring;

    public override SchemaShape GetOutputSchema(SchemaShape input) => Columns.Extend(input, zeroShot.Scorer.Labels.ValueType.ItemType);

    public override (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        LabelKeys labels = zeroShot.Scorer.Labels;
        labels.RequireSame(fineTuned.Scorer.Labels);
        if (Columns.FindLabel(data.Schema) is { } label) labels.RequireSame(label);
        ImageColumn.Find(data.Schema, Columns.Image);
        Handle<ImageClassifier> first = zeroShot.Scorer.Model.Share(typeof(WiseFtTransformer));
        try
        {
            return (new EndPoints(first, OnDeviceOf(first)), labels);
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>The fine-tuned model, copied where the zero-shot model is on another device.</summary>
    private Handle<ImageClassifier> OnDeviceOf(Handle<ImageClassifier> first)
    {
        var device = first.Use(m => m.Device);
        Handle<ImageClassifier> second = fineTuned.Scorer.Model.Share(typeof(WiseFtTransformer));
        if (second.Use(m => m.Device.type == device.type && m.Device.index == device.index)) return second;
        using (second)
            return new Handle<ImageClassifier>(new Shared<ImageClassifier>(second.Use(m => m.WithWeights(m.Weights, device))), typeof(WiseFtTransformer));
    }
}
