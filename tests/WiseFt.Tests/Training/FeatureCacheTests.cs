namespace WiseFt.Tests;

public sealed class FeatureCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallRun _run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);

    public void Dispose()
    {
        _run.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Run_WithKeptFeatures_EndsAsTheRunWithout()
    {
        using ImageClassifier ordinary = _run.Train(), first = Train(), second = Train();
        SmallRun.AssertEqual(first, ordinary);
        SmallRun.AssertEqual(second, ordinary);
        Directory.GetFiles(_folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void Run_WithKeptFeatures_ReadsThemInsteadOfEncoding()
    {
        Train().Dispose();
        string path = Directory.GetFiles(_folder.Path).Single();
        DateTime written = File.GetLastWriteTimeUtc(path);
        Train().Dispose();
        File.GetLastWriteTimeUtc(path).Should().Be(written);
    }

    [Fact]
    public void Run_OfChangedImages_EncodesThemAnew()
    {
        Train().Dispose();
        LabelledImages fewer = SmallRun.Images(5);
        FineTuner.Run(_run.ZeroShot, fewer, _run.Options with { FeatureCacheDirectory = _folder.Path }).Dispose();
        Directory.GetFiles(_folder.Path).Should().HaveCount(2);
    }

    [Fact]
    public void Run_WithADamagedFile_WritesItAnew()
    {
        using ImageClassifier first = Train();
        string path = Directory.GetFiles(_folder.Path).Single();
        byte[] bytes = File.ReadAllBytes(path), damaged = [.. bytes];
        damaged[^1] ^= 64;
        File.WriteAllBytes(path, damaged);
        using ImageClassifier again = Train();
        SmallRun.AssertEqual(again, first);
        File.ReadAllBytes(path).Should().Equal(bytes);
    }

    private ImageClassifier Train() =>
        FineTuner.Run(_run.ZeroShot, _run.Training, _run.Options with { FeatureCacheDirectory = _folder.Path });
}
