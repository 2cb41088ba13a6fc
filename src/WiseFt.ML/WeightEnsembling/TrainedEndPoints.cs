using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>The whole method: the zero-shot model of a CLIP model, and the same fine-tuned.</summary>
internal sealed class TrainedEndPoints(ClipFineTuneTrainer.Options options) : IEndPointSource
{
    public ScoringColumns Columns => options.Columns;

    public ScoringOptions Scoring => options.Scoring;

    public SchemaShape GetOutputSchema(SchemaShape input) => options.OutputSchema(input);

    public (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        using TrainedPair pair = TrainedPair.Fit(environment, options, data, cancel);
        Handle<ImageClassifier> zeroShot = pair.ZeroShot.Share(typeof(WiseFtTransformer));
        return (new EndPoints(zeroShot, pair.FineTuned.Share(typeof(WiseFtTransformer))), pair.Labels);
    }
}
