using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.Evaluation;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary><c>mlContext.CancelExecution()</c>, which ML.NET's own AutoML calls, ends what is under way,
/// and nothing goes on after it.</summary>
public sealed class CancelledContextTests(FittedMixture fitted) : IClassFixture<FittedMixture>
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Theory, InlineData(FineTuningMode.EndToEnd), InlineData(FineTuningMode.LinearClassifier)]
    [Fault(
        "context cancelled while fitting", "mlContext.CancelExecution() at the fourth step",
        "OperationCanceledException; no step after it; checkpoint saved")]
    public void Fit_CancelledWhileItTrains_ThrowsAndTrainsNoMore(FineTuningMode mode)
    {
        int steps = 0;
        var options = fitted.Options with
        {
            Training = fitted.Options.Training with { Mode = mode, Epochs = 10_000 },
            Progress = new Reported<FineTuningStep>(step => { if ((steps = step.Step) == 3) Cancel(); }),
        };

        Fit(_mlContext.Transforms.WiseFt(options)).Should().Throw<OperationCanceledException>().WithMessage("*MLContext*");

        int last = steps;
        last.Should().BeLessThan(options.Training.Epochs);
        Thread.Sleep(100);
        steps.Should().Be(last);
    }

    [Fact]
    [Fault("context cancelled while fitting")]
    public void Fit_CancelledWithACheckpointFolder_SavesWhatIsDone()
    {
        using var folder = new TemporaryFolder();
        var options = new ClipFineTuneTrainer.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = new() { Templates = PromptTemplates.Simple },
            Mode = FineTuningMode.LinearClassifier,
            Epochs = 10_000,
            BatchSize = 8,
            Snapshots = new() { Directory = folder.At("snapshots") },
            Progress = new Reported<FineTuningStep>(step => { if (step.Step == 3) Cancel(); }),
        };

        Fit(_mlContext.MulticlassClassification.Trainers.ClipFineTune(options)).Should().Throw<OperationCanceledException>();

        Directory.GetFiles(folder.At("snapshots"), "step-*.safetensors").Should().NotBeEmpty();
    }

    [Fact]
    [Fault("context already cancelled", "mlContext.CancelExecution() before Fit", "OperationCanceledException")]
    public void Fit_AfterTheContextIsCancelled_IsRefusedByEveryEstimator()
    {
        Cancel();

        Fit(_mlContext.Transforms.WiseFt(fitted.Options)).Should().Throw<OperationCanceledException>();
        Fit(_mlContext.Transforms.ClipZeroShot(EmojiImages.ModelPath)).Should().Throw<OperationCanceledException>();
        Fit(_mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath))
            .Should().Throw<OperationCanceledException>();
        Fit(_mlContext.Transforms.ClipTextEmbedding("Features", "ImagePath", EmojiImages.ModelPath))
            .Should().Throw<OperationCanceledException>();
        Fit(_mlContext.MulticlassClassification.Trainers.ClipFineTune(EmojiImages.ModelPath)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Fit_CancelledByTheCallersToken_CarriesThatToken()
    {
        using var caller = new CancellationTokenSource();
        var options = fitted.Options with
        {
            Training = fitted.Options.Training with { Epochs = 10_000 },
            CancellationToken = caller.Token,
            Progress = new Reported<FineTuningStep>(_ => caller.Cancel()),
        };

        Fit(_mlContext.Transforms.WiseFt(options))
            .Should().Throw<OperationCanceledException>().Which.CancellationToken
            .Should().Be(caller.Token);
    }

    [Fact]
    [Fault(
        "context cancelled while evaluating or reading", "mlContext.CancelExecution() in a sweep, and between two batches of a cursor",
        "OperationCanceledException; nothing goes on")]
    public void EvaluateRobustness_CancelledMeanwhile_ThrowsAndEvaluatesNoMore()
    {
        ITransformer model = Reload();
        using var owned = (IDisposable)model;
        double[] alphas = [.. Enumerable.Range(0, 10_001).Select(i => i / 10_000.0)];
        long images = 0;
        var progress = new Reported<WorkProgress>(p => { if (Interlocked.Exchange(ref images, p.Done) == 0) Cancel(); });

        Action act = () =>
            _mlContext.MulticlassClassification.EvaluateRobustness(model, View(EmojiImages.Test), alphas: alphas, progress: progress);

        act.Should().Throw<OperationCanceledException>();
        long last = images;
        last.Should().BeLessThan(alphas.Length);
        Thread.Sleep(100);
        images.Should().Be(last);
        act.Should().Throw<OperationCanceledException>("the context stays cancelled");
    }

    [Fact]
    [Fault("context cancelled while evaluating or reading")]
    public void Cursor_CancelledBetweenBatches_ThrowsAndReadsNoMore()
    {
        ITransformer model = Reload();
        using var owned = (IDisposable)model;
        IDataView scored = model.Transform(View(EmojiImages.Test));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;
        cursor.MoveNext().Should().BeTrue();
        getter(ref score);

        Cancel();

        Action act = () => { while (cursor.MoveNext()) getter(ref score); };
        act.Should().Throw<OperationCanceledException>();
        cursor.Position.Should().BeLessThan(fitted.Options.Scoring.BatchSize, "the batch at hand is the last");
        scored.Invoking(s => s.GetColumn<float[]>("Score").Count()).Should().Throw<OperationCanceledException>();
    }

    /// <summary>The fitted model, of this context.</summary>
    private ITransformer Reload()
    {
        using var stream = new MemoryStream();
        fitted.Context.Model.Save(fitted.Model, fitted.Test.Schema, stream);
        return _mlContext.Model.Load(stream, out _);
    }

    private static Action Fit<T>(IEstimator<T> estimator)
        where T
            : class, ITransformer => () => (estimator.Fit(EmojiImages.Keyed(new MLContext(), EmojiImages.Train)) as IDisposable)?.Dispose();

    private IDataView View(EmojiImages.Row[] rows) => EmojiImages.View(_mlContext, rows);

    private void Cancel() =>
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(_mlContext, null);
}
