using WiseFt.Explanation;
using WiseFt.Images;

namespace WiseFt.ML.Tests;

public sealed class PoolExplanationTests(SavedMixtureFile saved) : IClassFixture<SavedMixtureFile>
{
    [Fact]
    public async Task ExplainAsync_BesidePredictions_IsTheCoresExplanationOfWhatIsServed()
    {
        await using var pool = new WiseFtPool(saved.Path);
        var options = new OcclusionOptions { Window = 16, Stride = 8 };
        using var transformer = (IDisposable)new Microsoft.ML.MLContext().Model.Load(saved.Path, out _);
        OcclusionMap expected = WiseFtTransformer.FindIn((Microsoft.ML.ITransformer)transformer).Scorer.Model.Use(
            m => Occlusion.Explain(m, ImageSource.FromBytes(saved.Images[4], "image"), "mammal", options));

        Task<PoolResult> explaining = pool.ExplainAsync(saved.Images[4], "mammal", options);
        PoolResult[] predictions = await Task.WhenAll(saved.Images.Select(image => pool.PredictAsync(image)));
        var explained = (PoolExplanation)await explaining;

        predictions.Should().AllBeOfType<PoolPrediction>();
        (explained.Alpha, explained.Map.ClassName, explained.Map.Rows).Should().Be((0.5, "mammal", expected.Rows));
        WiseFtPipelineTests.MaxDifference([[.. explained.Map.Drops]], [[.. expected.Drops]]).Should().BeLessThan(1e-4);
        explained.Map.ToPng().Should().NotBeEmpty();
        pool.PendingImages.Should().Be(0);
    }

    [Fact]
    public async Task ExplainAsync_MoreThanFit_AreTurnedAway()
    {
        await using var pool = new WiseFtPool(saved.Path, options: new WiseFtPoolOptions { ExplanationCapacity = 1 });
        var fine = new OcclusionOptions { Window = 16, Stride = 1 };

        PoolResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => pool.ExplainAsync(saved.Images[0], null, fine)));

        results.OfType<PoolExplanation>().Should().NotBeEmpty();
        results.OfType<PoolUnavailable>().Should().NotBeEmpty().And.OnlyContain(u => u.Reason.Contains("explanations"));
        (await pool.PredictAsync(saved.Images[0])).Should().BeOfType<PoolPrediction>();
    }

    [Fact]
    public async Task ExplainAsync_OfNoImageOrNoClass_SaysSo()
    {
        await using var pool = new WiseFtPool(saved.Path);

        (await pool.ExplainAsync(new byte[] { 1, 2, 3 })).Should().BeOfType<PoolImageRefused>();
        (await pool.Awaiting(p => p.ExplainAsync(saved.Images[0], "lorry")).Should().ThrowAsync<ArgumentException>())
            .WithMessage("'lorry' is no class*");
        pool.PendingImages.Should().Be(0);
    }

    [Fact]
    public async Task ExplainAsync_CallerHasLeft_IsCancelled()
    {
        await using var pool = new WiseFtPool(saved.Path);
        using var cancel = new CancellationTokenSource();
        var fine = new OcclusionOptions { Window = 16, Stride = 1 };
        Task<PoolResult> explaining = pool.ExplainAsync(saved.Images[0], null, fine, cancel.Token);

        await cancel.CancelAsync();

        await explaining.Awaiting(e => e).Should().ThrowAsync<OperationCanceledException>();
        (await pool.PredictAsync(saved.Images[0])).Should().BeOfType<PoolPrediction>();
    }
}
