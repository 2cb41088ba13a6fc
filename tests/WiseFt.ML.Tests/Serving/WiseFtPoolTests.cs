using Microsoft.ML;
using WiseFt.Images;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class WiseFtPoolTests(SavedMixtureFile saved) : IClassFixture<SavedMixtureFile>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task PredictAsync_OfConcurrentImages_GivesTheScoresOfTransformInOrder()
    {
        await using var pool = new WiseFtPool(saved.Path, options: new WiseFtPoolOptions { MaxBatchSize = 7 });

        PoolResult[] results = await Task.WhenAll(saved.Images.Select(image => pool.PredictAsync(image)));

        float[][] expected = saved.Scores(0.5);
        WiseFtPipelineTests.MaxDifference(results.Select(r => InModelOrder(pool, r)), expected).Should().BeLessThan(1e-4);
        results.Cast<PoolPrediction>().Should().OnlyContain(p => p.Alpha == 0.5 && p.PredictedLabel == p.Scores[0].Label)
            .And.OnlyContain(p => p.Scores.Zip(p.Scores.Skip(1)).All(s => s.First.Probability >= s.Second.Probability));
    }

    [Fact]
    public async Task PredictAsync_OfSeveralImages_AnswersEachInOrder()
    {
        await using var pool = new WiseFtPool(saved.Path);

        PoolResult[] results = await pool.PredictAsync([saved.Images[3], new byte[] { 1, 2, 3 }, saved.Images[9]]);

        results[1].Should().BeOfType<PoolImageRefused>();
        float[][] expected = saved.Scores(0.5);
        WiseFtPipelineTests.MaxDifference([InModelOrder(pool, results[0]), InModelOrder(pool, results[2])], [expected[3], expected[9]])
            .Should().BeLessThan(1e-4);
    }

    [Fact]
    public async Task CompareAsync_GivesBothEndPointsAndTheMixture()
    {
        await using var pool = new WiseFtPool(saved.Path);

        var comparison = (PoolComparison)await pool.CompareAsync(saved.Images[4]);

        WiseFtPipelineTests.MaxDifference(
            [InModelOrder(pool, comparison.ZeroShot), InModelOrder(pool, comparison.Mixture), InModelOrder(pool, comparison.FineTuned)],
            [saved.Scores(0)[4], saved.Scores(0.5)[4], saved.Scores(1)[4]]).Should().BeLessThan(1e-4);
        (comparison.ZeroShot.Alpha, comparison.FineTuned.Alpha).Should().Be((0.0, 1.0));
    }

    [Fact]
    public async Task SweepAsync_BesideOthers_GivesEachAlphaItsScoresAndLeavesTheServedOne()
    {
        await using var pool = new WiseFtPool(saved.Path);
        double[] alphas = [0.7, 0, 0.5, 1, 0.2];

        Task<PoolResult>[] sweeps = [.. Enumerable.Range(0, 5).Select(i => pool.SweepAsync(saved.Images[i], alphas))];
        Task<PoolResult>[] others = [.. Enumerable.Range(0, 5).Select(i => pool.PredictAsync(saved.Images[i]))];

        float[][] served = saved.Scores(0.5);
        for (int i = 0; i < sweeps.Length; i++)
        {
            var sweep = (PoolSweep)await sweeps[i];
            sweep.Predictions.Select(p => p.Alpha).Should().Equal(alphas);
            WiseFtPipelineTests.MaxDifference(
                sweep.Predictions.Select(p => InModelOrder(pool, p)), [.. alphas.Select(alpha => saved.Scores(alpha)[i])])
                .Should().BeLessThan(1e-4);
            WiseFtPipelineTests.MaxDifference([InModelOrder(pool, await others[i])], [served[i]]).Should().BeLessThan(1e-4);
        }
        pool.Alpha.Should().Be(0.5);
    }

    [Fact]
    public async Task SweepAsync_OfBadAlphas_SaysWhatIsWrong()
    {
        await using var pool = new WiseFtPool(saved.Path);

        await pool.Awaiting(p => p.SweepAsync(saved.Images[0], [0.5, double.NaN])).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await pool.Awaiting(p => p.SweepAsync(saved.Images[0], [1.5])).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await pool.Awaiting(p => p.SweepAsync(saved.Images[0], [0.5, 0.5]))
            .Should().ThrowAsync<ArgumentException>().WithMessage("*1 of them different*");
        await pool.Awaiting(p => p.SweepAsync(saved.Images[0], [])).Should().ThrowAsync<ArgumentException>().WithMessage("*at least one*");
        pool.PendingImages.Should().Be(0);
    }

    [Fact]
    public async Task SweepAsync_OfAModelWithoutEndPoints_SaysWhatToDo()
    {
        await using var pool = new WiseFtPool(saved.CopyWithoutEndPoints());

        await pool.Awaiting(p => p.SweepAsync(saved.Images[0], [0, 1]))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*KeepEndPoints*");
        pool.PendingImages.Should().Be(0);
    }

    [Fact]
    public async Task CompareAsync_OfAModelWithoutEndPoints_SaysWhatToDo()
    {
        await using var pool = new WiseFtPool(saved.CopyWithoutEndPoints());

        await pool.Awaiting(p => p.CompareAsync(saved.Images[0]))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*KeepEndPoints*");
        (await pool.PredictAsync(saved.Images[0])).Should().BeOfType<PoolPrediction>();
        pool.PendingImages.Should().Be(0);
    }

    [Fact]
    public async Task PredictAsync_OfMoreThanTheQueueHolds_TurnsTheRestAway()
    {
        await using var pool = new WiseFtPool(
            saved.Path, options: new WiseFtPoolOptions { QueueCapacity = 5, RetryAfter = TimeSpan.FromSeconds(3) });

        PoolResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 300).Select(i => pool.PredictAsync(saved.Images[i % saved.Images.Length])));

        results.Should().OnlyContain(r => r is PoolPrediction || r is PoolUnavailable);
        results.OfType<PoolPrediction>().Should().NotBeEmpty();
        results.OfType<PoolUnavailable>().Should().NotBeEmpty().And.OnlyContain(r => r.RetryAfter == TimeSpan.FromSeconds(3));
        pool.PendingImages.Should().Be(0);
    }

    [Fact]
    public async Task PredictAsync_OfABatchLargerThanTheQueue_NamesBothNumbers()
    {
        await using var pool = new WiseFtPool(saved.Path, options: new WiseFtPoolOptions { QueueCapacity = 2 });

        await pool.Awaiting(p => p.PredictAsync(saved.Images))
            .Should().ThrowAsync<ArgumentException>().WithMessage("There are 20 images*at most 2*");
    }

    [Fact]
    public async Task PredictAsync_WhenTheCallerLeaves_EndsAndAnswersTheOthers()
    {
        await using var pool = new WiseFtPool(saved.Path, options: new WiseFtPoolOptions { MaxBatchSize = 1 });
        using var leaves = new CancellationTokenSource();
        Task<PoolResult>[] staying = [.. saved.Images.Select(image => pool.PredictAsync(image))];
        Task<PoolResult>[] leaving = [.. saved.Images.Select(image => pool.PredictAsync(image, leaves.Token))];

        await leaves.CancelAsync();

        foreach (Task<PoolResult> one in leaving[1..]) await one.Awaiting(t => t).Should().ThrowAsync<OperationCanceledException>();
        (await Task.WhenAll(staying).WaitAsync(_patience)).Should().AllBeOfType<PoolPrediction>();
        await pool.DisposeAsync();
        pool.PendingImages.Should().Be(0, "requests of callers who left give their places back");
    }

    [Fact]
    public async Task PredictAsync_OfAnImageAboveThePixelLimit_IsRefusedByItsHeader()
    {
        await using var pool = new WiseFtPool(
            saved.Path, options: new WiseFtPoolOptions { Decoding = ImageDecoding.Default with { MaxPixels = 100 } });

        var refused = (PoolImageRefused)await pool.PredictAsync(saved.Images[0]);

        refused.Reason.Should().Contain("pixels, more than the limit of 100");
    }

    [Fact]
    public async Task SetAlphaAndReload_UnderLoad_LoseNoRequest()
    {
        await using var pool = new WiseFtPool(saved.Path, options: new WiseFtPoolOptions { QueueCapacity = 10_000, MaxBatchSize = 8 });
        using var end = new CancellationTokenSource();
        Task<List<PoolResult>>[] clients = [.. Enumerable.Range(0, 4).Select(c => Task.Run(async () =>
        {
            var results = new List<PoolResult>();
            while (!end.IsCancellationRequested)
                results.Add(await pool.PredictAsync(saved.Images[(c + results.Count) % saved.Images.Length]));
            return results;
        }))];

        for (int i = 0; i < 5; i++)
        {
            pool.SetAlpha(i / 10.0);
            await pool.PredictAsync(saved.Images[0]);
            pool.Reload();
            await pool.PredictAsync(saved.Images[0]);
        }
        await end.CancelAsync();

        PoolResult[] all = [.. (await Task.WhenAll(clients).WaitAsync(_patience)).SelectMany(r => r)];
        all.Should().NotBeEmpty().And.AllBeOfType<PoolPrediction>();
        all.Cast<PoolPrediction>().Select(p => p.Alpha).Should().BeSubsetOf([0.0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    }

    [Fact]
    public async Task SetAlpha_ServesThatMixture()
    {
        await using var pool = new WiseFtPool(saved.Path);

        pool.SetAlpha(0.25);

        pool.Alpha.Should().Be(0.25);
        WiseFtPipelineTests.MaxDifference([InModelOrder(pool, await pool.PredictAsync(saved.Images[6]))], [saved.Scores(0.25)[6]])
            .Should().BeLessThan(1e-4);
        pool.Invoking(p => p.SetAlpha(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task WatchForChanges_ServesANewFileAndKeepsTheOldModelForABrokenOne()
    {
        string path = saved.Copy(0.5), better = saved.Copy(0.75), broken = saved.Copy(0.5);
        await File.WriteAllTextAsync(broken, "no model");
        await using var pool = new WiseFtPool(
            path, watchForChanges: true, new WiseFtPoolOptions { WatchInterval = TimeSpan.FromMilliseconds(20) });

        File.Move(better, path, overwrite: true);
        await Until(() => pool.Alpha == 0.75);
        File.Move(broken, path, overwrite: true);
        await Until(() => pool.ReloadError is not null);

        ((PoolPrediction)await pool.PredictAsync(saved.Images[0])).Alpha.Should().Be(0.75);
    }

    [Fact]
    public async Task Dispose_WithRequestsUnderWay_AnswersThemAndTurnsLaterOnesAway()
    {
        var pool = new WiseFtPool(saved.Path, options: new WiseFtPoolOptions { MaxBatchSize = 2 });
        Task<PoolResult>[] accepted = [.. saved.Images.Select(image => pool.PredictAsync(image))];

        await pool.DisposeAsync();
        await pool.DisposeAsync();

        (await Task.WhenAll(accepted).WaitAsync(_patience)).Should().AllBeOfType<PoolPrediction>();
        (await pool.PredictAsync(saved.Images[0])).Should().BeOfType<PoolUnavailable>();
        pool.Invoking(p => p.SetAlpha(0.1)).Should().Throw<ObjectDisposedException>();
        pool.IsReady.Should().BeFalse();
    }

    [Fact]
    public void Constructor_OfAModelThatIsNotThere_SaysSo() =>
        FluentActions.Invoking(() => new WiseFtPool("no-such-model.zip"))
            .Should().Throw<FileNotFoundException>().WithMessage("*no-such-model.zip*");

    private static float[] InModelOrder(WiseFtPool pool, PoolResult result)
    {
        var scores = ((PoolPrediction)result).Scores.ToDictionary(s => s.Label, s => s.Probability);
        return [.. pool.ClassNames.Select(name => scores[name])];
    }

    private static async Task Until(Func<bool> condition)
    {
        for (long start = Environment.TickCount64; !condition(); await Task.Delay(10))
            if (Environment.TickCount64 - start > _patience.TotalMilliseconds) throw new TimeoutException("It did not come to pass.");
    }
}
