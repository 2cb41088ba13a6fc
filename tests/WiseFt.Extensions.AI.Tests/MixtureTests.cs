using System.Collections.Immutable;
using Microsoft.Extensions.AI;
using WiseFt.Runs;

namespace WiseFt.Extensions.AI.Tests;

/// <summary>Trained folders and mixtures: their own image encoder, and the text encoder that training began with.</summary>
public sealed class MixtureTests(MixtureTests.Trained trained) : IClassFixture<MixtureTests.Trained>
{
    [Fact]
    public async Task TrainedFolder_HasTheMixturesImagesAndTheSameTexts()
    {
        using ClipEmbeddingGenerator zeroShot = Emoji.Load(), mixture = ClipEmbeddingGenerator.Load(trained.Folder);

        Emoji.Difference(await Images(mixture), await Images(zeroShot)).Should().BeGreaterThan(0.01);
        Emoji.Difference(await Texts(mixture), await Texts(zeroShot)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public async Task Alpha_AtZero_IsTheZeroShotModelAndElsewhereIsNot()
    {
        using ClipEmbeddingGenerator zeroShot = Emoji.Load(), atZero = AtAlpha(0), atOne = AtAlpha(1), own = AtAlpha(0.5),
            mixture = ClipEmbeddingGenerator.Load(trained.Folder);

        Emoji.Difference(await Images(atZero), await Images(zeroShot)).Should().BeLessThan(1e-6);
        Emoji.Difference(await Images(own), await Images(mixture)).Should().BeLessThan(1e-6, "the folder lies at alpha 0.5");
        Emoji.Difference(await Images(atOne), await Images(own)).Should().BeGreaterThan(0.01);
        atOne.Metadata.DefaultModelId.Should().EndWith("@alpha=1", "another model has another name");
    }

    [Fact]
    public async Task MixtureFile_ThatLiesAlone_NeedsTheClipModel()
    {
        using var elsewhere = new TemporaryFolder();
        string file = elsewhere.At("mixed.safetensors");
        File.Copy(Path.Combine(trained.Folder, TrainedModel.MixtureFile), file);

        FluentActions.Invoking(() => ClipEmbeddingGenerator.Load(file)).Should().Throw<CheckpointException>().WithMessage("*Set ClipPath*");
        using ClipEmbeddingGenerator alone = ClipEmbeddingGenerator.Load(file, new ClipEmbeddingOptions { ClipPath = Emoji.ModelPath }),
            mixture = ClipEmbeddingGenerator.Load(trained.Folder);

        Emoji.Difference(await Images(alone), await Images(mixture)).Should().BeLessThan(1e-6);
        Emoji.Difference(await Texts(alone), await Texts(mixture)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public async Task FileOfATrainedFolder_IsThatModel()
    {
        using ClipEmbeddingGenerator file = ClipEmbeddingGenerator.Load(Path.Combine(trained.Folder, TrainedModel.FineTunedFile)),
            atOne = AtAlpha(1);

        Emoji.Difference(await Images(file), await Images(atOne)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Alpha_OfAClipModel_IsRefused() =>
        FluentActions.Invoking(() => Emoji.Load(new ClipEmbeddingOptions { Alpha = 0.5 })).Should().Throw<ArgumentException>()
            .WithMessage("*there is nothing to mix*");

    [Fact]
    public void ClipPath_OfAClipModel_IsRefused() =>
        FluentActions.Invoking(() => Emoji.Load(new ClipEmbeddingOptions { ClipPath = Emoji.ModelPath })).Should()
            .Throw<CheckpointException>().WithMessage("*this is neither*");

    private ClipEmbeddingGenerator AtAlpha(double alpha) =>
        ClipEmbeddingGenerator.Load(trained.Folder, new ClipEmbeddingOptions { Alpha = alpha });

    private static async Task<float[][]> Images(ClipEmbeddingGenerator generator) =>
        (await generator.GenerateAsync(Emoji.Contents)).Rows();

    private static async Task<float[][]> Texts(ClipEmbeddingGenerator generator) =>
        (await generator.GenerateAsync([Emoji.Dog, "weather"])).Rows();

    /// <summary>A folder as training leaves it, of an encoder that was trained for a few steps.</summary>
    public sealed class Trained : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Trained()
        {
            var images = new LabelledImages(
                Emoji.ClassNames, [.. Emoji.Paths.Select(ImageSource.FromFile)], [.. Emoji.Paths.Select((_, i) => i / 12)]);
            var options = new FineTuningOptions { Epochs = 2, LearningRate = 1e-3, BatchSize = 16 };
            PromptTemplates templates = PromptTemplates.Simple;
            using ClipModel clip = ClipModel.Load(Emoji.ModelPath);
            using ImageClassifier zeroShot = ZeroShotHead.Build(clip, Emoji.ClassNames, templates);
            using ImageClassifier fineTuned = FineTuner.Run(zeroShot, images, options);
            TrainedModel.Save(Folder, zeroShot, fineTuned, new TrainedModel.Settings
            {
                ClassNames = [.. Emoji.ClassNames],
                PromptWords = [.. Emoji.ClassNames],
                Templates = ImmutableArray<string>.Empty,
                Alpha = 0.5,
                Options = options,
                Model = Emoji.ModelPath,
                ModelSha256 = TrainedModel.HashOf(Emoji.ModelPath),
            }, trace: "");
        }

        public string Folder => _folder.At("out");

        public void Dispose() => _folder.Dispose();
    }
}
