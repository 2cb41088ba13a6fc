using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>The whole method: the zero-shot model of a CLIP model, and the same fine-tuned.</summary>
internal sealed class TrainedEndPoints(ClipFineTuneTrainer.Options options) : EndPointSource
{
    public override ScoringColumns Columns => options.Columns;

    public override ScoringSettings Scoring => options.Scoring;

    public override SchemaShape GetOutputSchema(SchemaShape input)
    {
        SchemaShape output = options.Columns.Extend(input, null);
        options.Columns.RequireLabel(input);
        return output;
    }

    public override (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        using TrainedPair pair = TrainedPair.Fit(environment, options, data, cancel);
        Handle<ImageClassifier> zeroShot = pair.ZeroShot.Share(typeof(WiseFtTransformer));
        return (new EndPoints(zeroShot, pair.FineTuned.Share(typeof(WiseFtTransformer))), pair.Labels);
    }
}
