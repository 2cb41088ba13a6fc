using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class WiseFtServiceCollectionTests(SavedMixtureFile saved) : IClassFixture<SavedMixtureFile>
{
    [Fact]
    public async Task AddWiseFt_FromFile_LoadsAtStartAndDisposesWithTheProvider()
    {
        var services = new ServiceCollection();
        services.AddWiseFt(options => options with { QueueCapacity = 3 }).FromFile(saved.Path);
        WiseFtPool pool;
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            foreach (IHostedService hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
            pool = provider.GetRequiredService<WiseFtPool>();
            (await pool.PredictAsync(saved.Images[0])).Should().BeOfType<PoolPrediction>();
            await pool.Awaiting(p => p.PredictAsync(saved.Images)).Should().ThrowAsync<ArgumentException>("the options reach the pool");
        }
        pool.IsReady.Should().BeFalse();
    }

    [Fact]
    public async Task Meter_CountsRequestsByOutcomeAndBatches()
    {
        var counts = new ConcurrentDictionary<string, long>();
        using MeterListener listener = Listen(counts);
        await using (var pool = new WiseFtPool(saved.Path))
        {
            await pool.PredictAsync([.. saved.Images]);
            await pool.PredictAsync(new byte[] { 1 });
        }

        counts["wiseft.pool.requests answered"].Should().BeGreaterThanOrEqualTo(saved.Images.Length);
        counts["wiseft.pool.requests refused"].Should().BeGreaterThanOrEqualTo(1);
        counts["wiseft.pool.batch.size"].Should().BeGreaterThanOrEqualTo(saved.Images.Length);
    }

    private static MeterListener Listen(ConcurrentDictionary<string, long> counts)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "WiseFt") l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counts.AddOrUpdate($"{instrument.Name} {tags[0].Value}", value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) =>
            counts.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        return listener;
    }
}
