using Microsoft.ML;
using WiseFt.Ensembling;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.ML;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.ML.Tests;

/// <summary>Everything public that can be disposed: twice without harm, and used no more afterwards.
/// The list is found by reflection, so that none is forgotten.</summary>
public sealed class DisposedObjectTests(FittedMixture fitted, TwoModels models)
    : IClassFixture<FittedMixture>, IClassFixture<TwoModels>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<Type> Disposables =>
    [
        .. ((Type[])[typeof(ClipModel), typeof(WiseFtTransformer), typeof(RobustnessReportFiles)]).SelectMany(t =>
            t.Assembly.GetExportedTypes())
            .Where(t => t.IsClass && (typeof(IDisposable).IsAssignableFrom(t) || typeof(IAsyncDisposable).IsAssignableFrom(t))),
    ];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Disposables))]
    [Fault("disposed twice, used afterwards", "each public class that can be disposed", "ObjectDisposedException")]
    public void Dispose_Twice_IsHarmless_AndUseAfterItIsRefused(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        (IDisposable subject, Action[] uses) = Subject(type);

        subject.Dispose();
        subject.Invoking(s => s.Dispose()).Should().NotThrow();

        foreach (Action use in uses) use.Should().Throw<ObjectDisposedException>();
    }

    private (IDisposable Subject, Action[] Uses) Subject(Type type) => type.Name switch
    {
        nameof(ClipModel) => Of(ClipModel.Load(EmojiImages.ModelPath),
            m => m.EncodeImage(zeros(1, 3, 64, 64)), m => m.EncodeText(zeros(1, 8, dtype: int64)),
            m => m.Save(_folder.At("clip"), CheckpointLayout.HuggingFace)),
        nameof(ImageClassifier) => Of(Classifier(),
            c => c.EncodeImage(zeros(1, 3, 64, 64)), c => c.Classify(zeros(1, 8)), c => c.Forward(zeros(1, 3, 64, 64)),
            c => c.Save(_folder.At("c.safetensors")), c => c.Weights.Clone()),
        nameof(Weights) => Of(new Weights([KeyValuePair.Create("w", zeros(2))]),
            w => _ = w["w"], w => w.Clone(), w => w.TryGetValue("w", out _), w => _ = w.Select(t => t.Key).ToArray(), w => _ = w.Values,
            w => _ = w.ParameterCount),
        nameof(SafetensorsFile) =>
            Of(SafetensorsFile.Open(Fixtures.Path("mixing/a.safetensors")), f => f.Read(f.Tensors.Keys.First()), f => f.ReadAll()),
        nameof(TorchArchive) =>
            Of(TorchArchive.Open(Fixtures.Path("models/openai-state-dict/model.pt")), f => f.Read(f.Tensors.Keys.First())),
        nameof(ShardedTensors) => Of(
            ShardedTensors.Open(Fixtures.Path("models/hf-gelu-sharded/model.safetensors.index.json")), f => f.Read(f.Tensors.Keys.First())),
        nameof(HuggingFaceHub) => Of(
            new HuggingFaceHub(new HuggingFaceHubOptions { CacheFolder = _folder.At("cache"), Endpoint = new Uri("http://127.0.0.1:9") }),
            h => h.Fetch("owner/name")),
        nameof(WiseFtTransformer) =>
            Transformer(fitted.Mixture.WithAlpha(0.3), t => t.WithAlpha(0.5), t => t.SaveClassifier(_folder.At("t.safetensors"))),
        nameof(ClipClassifierTransformer) => Transformer(Reloaded(models.ZeroShot), t => t.SaveClassifier(_folder.At("t.safetensors"))),
        nameof(ClipImageEmbeddingTransformer) =>
            Transformer(fitted.Context.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(models.Train)),
        nameof(ClipTextEmbeddingTransformer) =>
            Transformer(fitted.Context.Transforms.ClipTextEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(models.Train)),
        nameof(WeightEnsembleTransformer) => Transformer(
            fitted.Context.Transforms.WeightEnsemble(new() { BaseModel = models.ZeroShot }, models.FineTuned).Fit(models.Train),
            t => t.WithAlpha(0.5), t => t.With(new()), t => t.WithRecipe(t.Recipe), t => t.SaveClassifier(_folder.At("t.safetensors"))),
        nameof(FisherInformation) => Of(
            Estimate((model, images) => FisherInformation.Estimate(model, images)), f => _ = f.Weights.Values,
            f => f.Save(_folder.At("f.safetensors"))),
        nameof(InputProducts) => Of(
            Estimate((model, images) => InputProducts.Estimate(model, images)), p => _ = p.Weights.Values,
            p => p.Save(_folder.At("p.safetensors"))),
        nameof(WiseFtPool) => Of(new WiseFtPool(Saved()), p => p.SetAlpha(0.5), p => p.Reload()),
        _ => throw new NotSupportedException($"{type} can be disposed and is not tested here; add it."),
    };

    private static T Estimate<T>(Func<ImageClassifier, LabelledImages, T> estimate)
    {
        using ImageClassifier classifier = Classifier();
        return estimate(classifier, new LabelledImages(
            EmojiImages.ClassNames, [ImageSource.FromFile(EmojiImages.Train[0].ImagePath)], [0]));
    }

    private static ImageClassifier Classifier()
    {
        using ClipModel clip = ClipModel.Load(EmojiImages.ModelPath);
        return ZeroShotHead.Build(clip, EmojiImages.ClassNames, PromptTemplates.Simple);
    }

    private T Reloaded<T>(T model)
        where T : ITransformer
    {
        using var stream = new MemoryStream();
        models.Context.Model.Save(model, models.Train.Schema, stream);
        return (T)models.Context.Model.Load(stream, out _);
    }

    private string Saved()
    {
        string path = _folder.At("model.zip");
        fitted.Context.Model.Save(fitted.Model, fitted.Test.Schema, path);
        return path;
    }

    private (IDisposable Subject, Action[] Uses) Transformer<T>(T transformer, params Action<T>[] more)
        where T : ITransformer, IDisposable =>
        Of(transformer, [
            t => t.Transform(models.Test), t => t.GetOutputSchema(models.Test.Schema),
            t => models.Context.Model.Save(t, null, Stream.Null), .. more]);

    private static (IDisposable Subject, Action[] Uses) Of<T>(T subject, params Action<T>[] uses)
        where T : IDisposable => (subject, [.. uses.Select<Action<T>, Action>(use => () => use(subject))]);
}
