using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>The whole method, fitted once for all tests that only read it.</summary>
public sealed class FittedMixture : IDisposable
{
    public FittedMixture()
    {
        Context = new MLContext(seed: 1);
        Context.Log += (_, e) => { lock (Log) Log.Add(e.Message); };
        Model = Pipeline(Context).Fit(EmojiImages.View(Context, EmojiImages.Train));
    }

    public MLContext Context { get; }

    public List<string> Log { get; } = [];

    public List<FineTuningStep> Steps { get; } = [];

    public TransformerChain<KeyToValueMappingTransformer> Model { get; }

    public WiseFtTransformer Mixture => WiseFtTransformer.FindIn(Model);

    public IDataView Test => EmojiImages.View(Context, EmojiImages.Test);

    public WiseFtEstimator.Options Options => new()
    {
        ModelPath = EmojiImages.ModelPath,
        Head = new() { Templates = PromptTemplates.Simple },
        Training = new() { Epochs = 2, BatchSize = 8, LearningRate = 1e-4 },
        Scoring = new() { BatchSize = 7 },
        Progress = new Reported<FineTuningStep>(Steps.Add),
    };

    public EstimatorChain<KeyToValueMappingTransformer> Pipeline(MLContext context) => context.Transforms.Conversion.MapValueToKey("Label")
        .Append(context.Transforms.WiseFt(Options))
        .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    public float[][] Scores(ITransformer model) => [.. model.Transform(Test).GetColumn<float[]>("Score")];

    public void Dispose() => Model.Dispose();
}
