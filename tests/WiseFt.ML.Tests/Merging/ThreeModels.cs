using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>A zero-shot model and two that were fine-tuned from it with other settings, fitted once.</summary>
public sealed class ThreeModels : IDisposable
{
    public ThreeModels()
    {
        Context = new MLContext(seed: 1);
        Train = EmojiImages.Keyed(Context, EmojiImages.Train);
        Test = EmojiImages.Keyed(Context, EmojiImages.Test);
        ZeroShot = Context.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple).Fit(Train);
        First = FineTune(FineTuningMode.EndToEnd, 1, 1e-4);
        Second = FineTune(FineTuningMode.LinearClassifier, 12, 1e-2);
    }

    public MLContext Context { get; }

    public IDataView Train { get; }

    public IDataView Test { get; }

    public ClipClassifierTransformer ZeroShot { get; }

    public ClipClassifierTransformer First { get; }

    public ClipClassifierTransformer Second { get; }

    public float[][] Scores(ITransformer model) => [.. model.Transform(Test).GetColumn<float[]>("Score")];

    public void Dispose()
    {
        ZeroShot.Dispose();
        First.Dispose();
        Second.Dispose();
    }

    private ClipClassifierTransformer FineTune(FineTuningMode mode, int epochs, double rate) =>
        Context.MulticlassClassification.Trainers.ClipFineTune(new ClipFineTuneTrainer.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = new() { Templates = PromptTemplates.Simple },
            Mode = mode,
            Epochs = epochs,
            BatchSize = 8,
            LearningRate = rate,
        }).Fit(Train);
}
