using Microsoft.ML;
using WiseFt.ML;
using WiseFt.Training;

namespace WiseFt.ML.Tests;

/// <summary>Alone, because memory is the process's.</summary>
[CollectionDefinition(nameof(NativeMemoryTests), DisableParallelization = true)]
[Collection(nameof(NativeMemoryTests))]
public sealed class NativeMemoryTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void FitScoreChangeSaveLoadDispose_LeavesNoMemoryBehind() => RequireNoLeak(() =>
    {
        IDataView data = EmojiImages.Keyed(_mlContext, FewImages);
        using WiseFtTransformer model = _mlContext.Transforms.WiseFt(Options).Fit(data);
        using WiseFtTransformer other = model.WithAlpha(0.1);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(other, data.Schema, stream);
        using var loaded = (IDisposable)_mlContext.Model.Load(stream, out _);
        ((ITransformer)loaded).Transform(data).Preview();
    });

    [Theory]
    [InlineData(FineTuningMode.EndToEnd, true, Precision.Float32)]
    [InlineData(FineTuningMode.EndToEnd, false, Precision.BFloat16)]
    [InlineData(FineTuningMode.LinearClassifier, false, Precision.Float32)]
    public void FitInOtherWays_LeavesNoMemoryBehind(FineTuningMode mode, bool activationCheckpointing, Precision precision) =>
        RequireNoLeak(() =>
    {
        IDataView data = EmojiImages.Keyed(_mlContext, FewImages);
        WiseFtEstimator.Options options = Options with
        {
            Training = Options.Training with { Mode = mode, ActivationCheckpointing = activationCheckpointing, Precision = precision },
        };
        _mlContext.Transforms.WiseFt(options).Fit(data).Dispose();
    });

    [Fact]
    [Fault("memory that is not given back")]
    public void FitThatThrows_LeavesNoMemoryBehind() => RequireNoLeak(() =>
    {
        IDataView data = EmojiImages.Keyed(_mlContext, [.. FewImages, new EmojiImages.Row { ImagePath = "missing.png", Label = "hand" }]);
        _mlContext.Transforms.WiseFt(Options).Invoking(e => e.Fit(data)).Should().Throw<ImageException>();
    });

    [Fact]
    public void ScoringThatThrows_LeavesNoMemoryBehind() => RequireNoLeak(() =>
    {
        IDataView data = EmojiImages.View(_mlContext, [.. FewImages, new EmojiImages.Row { ImagePath = "missing.png", Label = "hand" }]);
        using ClipImageEmbeddingTransformer model = _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath)
            .Fit(data);
        model.Transform(data).Invoking(d => d.Preview()).Should().Throw<ImageException>();
    });

    [Fact]
    public void LoadingOfADamagedModel_LeavesNoMemoryBehind() => RequireNoLeakOfDamaged(data =>
        _mlContext.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple).Fit(data));

    [Fact]
    public void LoadingOfADamagedImageEmbedding_LeavesNoMemoryBehind() => RequireNoLeakOfDamaged(data =>
        _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(data));

    private void RequireNoLeakOfDamaged(Func<IDataView, ITransformer> fit) => RequireNoLeak(() =>
    {
        IDataView data = EmojiImages.Keyed(_mlContext, FewImages);
        using var stream = new MemoryStream();
        ITransformer model = fit(data);
        using ((IDisposable)model) _mlContext.Model.Save(model, data.Schema, stream);
        using var damaged = new MemoryStream();
        Damage(stream, damaged);
        _mlContext.Model.Invoking(m => m.Load(damaged, out _))
            .Should().Throw<Exception>().Which.ToString().Should().Contain("Weights.safetensors");
    });

    private static WiseFtEstimator.Options Options => new()
    {
        ModelPath = EmojiImages.ModelPath,
        Head = new() { Templates = PromptTemplates.Simple },
        Training = new() { Epochs = 1 },
    };

    private static EmojiImages.Row[] FewImages => [.. EmojiImages.Train.Where((_, i) => i % 6 == 0)];

    /// <summary>A saved model whose weights end in the middle.</summary>
    private static void Damage(Stream model, Stream damaged)
    {
        using var source = new System.IO.Compression.ZipArchive(model, System.IO.Compression.ZipArchiveMode.Read);
        using var destination = new System.IO.Compression.ZipArchive(damaged, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true);
        foreach (var entry in source.Entries)
        {
            using Stream from = entry.Open(), to = destination.CreateEntry(entry.FullName).Open();
            var bytes = new byte[entry.Length];
            from.ReadExactly(bytes);
            to.Write(bytes, 0, entry.Name == "Weights.safetensors" ? bytes.Length / 2 : bytes.Length);
        }
    }

    /// <summary>A model has 15 MB, so that a leak of one a round comes to 150 MB. No finalizer runs meanwhile, which would free what was
    /// forgotten and hide it.</summary>
    private static void RequireNoLeak(Action work)
    {
        for (int i = 0; i < 2; i++) work(); // what is allocated once
        using var finalizers = new HeldFinalizers();
        long before = NativeHeap.Allocated();
        for (int i = 0; i < 10; i++) work();
        (NativeHeap.Allocated() - before).Should().BeLessThan(15L << 20);
    }
}
