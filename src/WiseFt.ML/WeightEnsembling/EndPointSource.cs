using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Where the two models of a mixture come from.</summary>
internal abstract class EndPointSource
{
    /// <summary>The columns that the mixture reads and adds.</summary>
    public abstract ScoringColumns Columns { get; }

    /// <summary>Images scored at once.</summary>
    public abstract int ScoringBatchSize { get; }

    /// <summary>The schema after scoring, before there is data.</summary>
    public abstract SchemaShape GetOutputSchema(SchemaShape input);

    /// <summary>Makes or finds the models.</summary>
    /// <returns>The models, owned by the caller, and their classes.</returns>
    public abstract (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data);

    /// <summary>Two models that nobody else holds.</summary>
    protected static EndPoints Own(ImageClassifier zeroShot, ImageClassifier fineTuned) => new(Own(zeroShot), Own(fineTuned));

    private static Handle<ImageClassifier> Own(ImageClassifier model) => new(new Shared<ImageClassifier>(model), typeof(WiseFtTransformer));
}
