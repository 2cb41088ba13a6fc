using Microsoft.ML;

namespace WiseFt.ML.Tests;

/// <summary>A fitted pipeline, saved as users save it, and what it says about the test images.</summary>
public sealed class SavedMixtureFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FittedMixture _fitted = new();

    public SavedMixtureFile()
    {
        Path = _folder.At("model.zip");
        _fitted.Context.Model.Save(_fitted.Model, _fitted.Test.Schema, Path);
        Images = [.. EmojiImages.Test.Select(r => (ReadOnlyMemory<byte>)File.ReadAllBytes(r.ImagePath))];
    }

    public string Path { get; }

    public ReadOnlyMemory<byte>[] Images { get; }

    /// <summary>Scores of the test images at an alpha, by <c>Transform</c>.</summary>
    public float[][] Scores(double alpha)
    {
        using WiseFtTransformer mixture = _fitted.Mixture.WithAlpha(alpha);
        return _fitted.Scores(mixture);
    }

    /// <summary>A copy of the model to be changed, at an alpha, with or without end points.</summary>
    public string Copy(double alpha)
    {
        string path = _folder.At($"{Guid.NewGuid():N}.zip");
        using WiseFtTransformer mixture = _fitted.Mixture.WithAlpha(alpha);
        _fitted.Context.Model.Save(mixture, null, path);
        return path;
    }

    public string CopyWithoutEndPoints()
    {
        string path = _folder.At($"{Guid.NewGuid():N}.zip");
        WiseFtTransformer whole = _fitted.Mixture;
        using WiseFtTransformer mixture = WiseFtTransformer.Mix(
            whole.Scorer.Environment, whole.RequireEndPoints(), whole.Scorer.Labels, whole.Scorer.Columns, whole.Scorer.Scoring, 0.5,
            keepEndPoints: false);
        _fitted.Context.Model.Save(mixture, null, path);
        return path;
    }

    public void Dispose()
    {
        _fitted.Dispose();
        _folder.Dispose();
    }
}
