using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>The models of two transformers, shared with them. Columns are the zero-shot transformer's.</summary>
internal sealed class TransformerEndPoints(ClipClassifierTransformer zeroShot, ClipClassifierTransformer fineTuned) : IEndPointSource
{
    public ScoringColumns Columns => zeroShot.Scorer.Columns;

    public ScoringOptions Scoring => zeroShot.Scorer.Scoring;

    public SchemaShape GetOutputSchema(SchemaShape input) => Columns.Extend(input, zeroShot.Scorer.Labels.ValueType.ItemType);

    public (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        LabelKeys labels = zeroShot.Scorer.Labels;
        labels.RequireSame(fineTuned.Scorer.Labels);
        if (Columns.FindLabel(data.Schema) is { } label)
        {
            LabelKeys.Count(label); // as the other forms, which read the classes there
            labels.RequireSame(label);
        }
        ImageColumn.Find(data.Schema, Columns.ImageColumnName);
        return (zeroShot.Scorer.Model.Share(typeof(WiseFtTransformer)).OrDispose(first => new EndPoints(first, OnDeviceOf(first))), labels);
    }

    /// <summary>The fine-tuned model, copied where the zero-shot model is on another device.</summary>
    private Handle<ImageClassifier> OnDeviceOf(Handle<ImageClassifier> first)
    {
        var device = first.Use(m => m.Device);
        Handle<ImageClassifier> second = fineTuned.Scorer.Model.Share(typeof(WiseFtTransformer));
        if (second.Use(m => m.Device.type == device.type && m.Device.index == device.index)) return second;
        using (second) return Handle.Own(second.Use(m => m.WithWeights(m.Weights, device)), typeof(WiseFtTransformer));
    }
}
