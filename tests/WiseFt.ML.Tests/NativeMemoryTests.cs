using System.Diagnostics;
using Microsoft.ML;
using WiseFt.ML;

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
        using ClipImageEmbeddingTransformer model = _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(data);
        model.Transform(data).Invoking(d => d.Preview()).Should().Throw<ImageException>();
    });

    [Fact]
    public void LoadingOfADamagedModel_LeavesNoMemoryBehind() => RequireNoLeak(() =>
    {
        IDataView data = EmojiImages.Keyed(_mlContext, FewImages);
        using var stream = new MemoryStream();
        using (ClipZeroShotTransformer model = _mlContext.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple).Fit(data))
            _mlContext.Model.Save(model, data.Schema, stream);
        using var damaged = new MemoryStream();
        Damage(stream, damaged);
        _mlContext.Model.Invoking(m => m.Load(damaged, out _)).Should().Throw<Exception>().Which.ToString().Should().Contain("Weights.safetensors");
    });

    private static WiseFtEstimator.Options Options => new()
    {
        ModelPath = EmojiImages.ModelPath,
        Templates = PromptTemplates.Simple,
        Epochs = 1,
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

    /// <summary>A model has 15 MB, so that a leak of one a round comes to 150 MB. TorchSharp's count of tensors is no use: it never forgets
    /// a parameter.</summary>
    private static void RequireNoLeak(Action work)
    {
        for (int i = 0; i < 2; i++) work(); // what is allocated once, and what allocators keep
        long before = ResidentBytes();
        for (int i = 0; i < 10; i++) work();
        (ResidentBytes() - before).Should().BeLessThan(100L << 20);
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
