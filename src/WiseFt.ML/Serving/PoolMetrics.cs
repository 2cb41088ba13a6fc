using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WiseFt.ML;

/// <summary>The pool's instruments, on the meter "WiseFt".</summary>
internal sealed class PoolMetrics : IDisposable
{
    private const string MeterName = "WiseFt";

    private static readonly InstrumentAdvice<double> _seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };
    private static readonly InstrumentAdvice<int> _sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] };

    private readonly Meter? _own;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _batchDuration;
    private readonly Counter<long> _loads;

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">The host's meters; null to make one that is disposed with this object.</param>
    /// <param name="pending">Images accepted and not answered.</param>
    /// <param name="alpha">The mixing coefficient that is served.</param>
    public PoolMetrics(IMeterFactory? factory, Func<int> pending, Func<double> alpha)
    {
        Meter meter = factory?.Create(MeterName) ?? (_own = new Meter(MeterName));
        _requests = meter.CreateCounter<long>("wiseft.pool.requests", "{image}", "Images by how they ended.");
        _duration = meter.CreateHistogram("wiseft.pool.request.duration", "s", "From acceptance to the answer.", null, _seconds);
        _batchSize = meter.CreateHistogram("wiseft.pool.batch.size", "{image}", "Images that the model scored at once.", null, _sizes);
        _batchDuration = meter.CreateHistogram("wiseft.pool.batch.duration", "s", "What the model took for a batch.", null, _seconds);
        _loads = meter.CreateCounter<long>("wiseft.pool.model.loads", "{load}", "Model files read, by success.");
        meter.CreateObservableUpDownCounter("wiseft.pool.pending", pending, "{image}", "Images accepted and not yet answered.");
        meter.CreateObservableGauge("wiseft.pool.alpha", alpha, "1", "Mixing coefficient that is served.");
    }

    public void Ended(PoolOutcome outcome, long accepted)
    {
        _requests.Add(1, Outcome(outcome));
        _duration.Record(Stopwatch.GetElapsedTime(accepted).TotalSeconds, Outcome(outcome));
    }

    public void TurnedAway(int images) => _requests.Add(images, Outcome(PoolOutcome.Unavailable));

    public void Scored(int images, long started)
    {
        _batchSize.Record(images);
        _batchDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    public void Loaded(bool successfully) => _loads.Add(1, new KeyValuePair<string, object?>("success", successfully));

    public void Dispose() => _own?.Dispose();

    private static KeyValuePair<string, object?> Outcome(PoolOutcome outcome) => new("outcome", outcome switch
    {
        PoolOutcome.Answered => "answered",
        PoolOutcome.Refused => "refused",
        PoolOutcome.Unavailable => "unavailable",
        PoolOutcome.Cancelled => "cancelled",
        _ => "failed",
    });
}
