using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace WiseFt.ML;

/// <summary>The way of a request: accepted, decoded by one of several workers,
/// scored in a batch by the one thread that uses the model.</summary>
/// <remarks>One scoring thread, because torch keeps a pool of its own threads for each thread that calls it.</remarks>
internal sealed class PoolPipeline
{
    private readonly WiseFtPoolOptions _options;
    private readonly ILogger _logger;
    private readonly PoolMetrics _metrics;
    private readonly Channel<PoolRequest> _accepted, _decoded;
    private readonly Task _decoding, _scoring;
    private Task<bool>? _more;

    public PoolPipeline(WiseFtPoolOptions options, ILogger logger, PoolMetrics metrics)
    {
        (_options, _logger, _metrics) = (options, logger, metrics);
        _accepted = Channel.CreateBounded<PoolRequest>(options.QueueCapacity);
        // Decoded images are large: workers wait while two batches of them are ready.
        _decoded = Channel.CreateBounded<PoolRequest>(new BoundedChannelOptions(2 * options.MaxBatchSize) { SingleReader = true });
        _decoding = Task.WhenAll(Enumerable.Range(0, options.DecodeWorkers).Select(_ => Task.Run(DecodeAsync)));
        _scoring = Task.Factory.StartNew(ScoreAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Adds a request, unless the queue is full or stopped.</summary>
    public bool TryAdd(PoolRequest request) => _accepted.Writer.TryWrite(request);

    /// <summary>Accepts nothing more and answers everything accepted.</summary>
    public async Task StopAsync()
    {
        _accepted.Writer.TryComplete();
        await _decoding.ConfigureAwait(false);
        _decoded.Writer.TryComplete();
        await _scoring.ConfigureAwait(false);
    }

    private async Task DecodeAsync()
    {
        await foreach (PoolRequest request in _accepted.Reader.ReadAllAsync().ConfigureAwait(false))
            if (TryDecode(request))
                await _decoded.Writer.WriteAsync(request).ConfigureAwait(false);
    }

    private bool TryDecode(PoolRequest request)
    {
        if (request.IsAbandoned)
        {
            request.Abandon();
            return false;
        }
        try
        {
            request.Decode();
            return true;
        }
        catch (ImageException e)
        {
            _logger.Refused(e.Message);
            request.Complete(new PoolImageRefused(e.Message));
        }
        catch (Exception e)
        {
            _logger.DecodingFailed(e);
            request.Fail(e);
        }
        return false;
    }

    private void ScoreAll()
    {
        var batch = new List<PoolRequest>(_options.MaxBatchSize);
        while (WaitForMore(Timeout.InfiniteTimeSpan))
        {
            Fill(batch);
            if (batch.Count > 0) Score(batch);
            batch.Clear();
        }
    }

    /// <summary>Takes images of one model until the batch is full or its first image has waited long enough.</summary>
    private void Fill(List<PoolRequest> batch)
    {
        long started = Stopwatch.GetTimestamp();
        while (batch.Count < _options.MaxBatchSize)
        {
            while (!_decoded.Reader.TryPeek(out _))
            {
                TimeSpan left = _options.MaxBatchDelay - Stopwatch.GetElapsedTime(started);
                if (batch.Count == 0 || left <= TimeSpan.Zero || !WaitForMore(left)) return;
            }
            _decoded.Reader.TryPeek(out PoolRequest? next);
            if (batch.Count > 0 && next!.Model != batch[0].Model) return;
            _decoded.Reader.TryRead(out next);
            if (next!.IsAbandoned) next.Abandon();
            else batch.Add(next);
        }
    }

    /// <summary>Waits for a decoded image.</summary>
    /// <returns>Whether there is one; false after the time, and when no more will come.</returns>
    private bool WaitForMore(TimeSpan time)
    {
        _more ??= _decoded.Reader.WaitToReadAsync().AsTask();
        if (!_more.Wait(time)) return false;
        bool any = _more.Result;
        if (any) _more = null;
        return any;
    }

    private void Score(List<PoolRequest> batch)
    {
        PoolResult[] results;
        long started = Stopwatch.GetTimestamp();
        try
        {
            results = Results(batch);
        }
        catch (Exception e)
        {
            _logger.BatchFailed(e, batch.Count);
            batch.ForEach(r => r.Fail(e));
            return;
        }
        _metrics.Scored(batch.Count, started);
        for (int i = 0; i < batch.Count; i++) batch[i].Complete(results[i]);
    }

    /// <summary>Each alpha that is asked is scored once, on all images that ask it.</summary>
    private static PoolResult[] Results(List<PoolRequest> batch)
    {
        ServedModel model = batch[0].Model;
        IReadOnlyList<double>[] asked = [.. batch.Select(request => request.Question.Alphas(model.Mixture.Alpha))];
        PoolPrediction[][] found = [.. asked.Select(alphas => new PoolPrediction[alphas.Count])];
        foreach (var alpha in asked.SelectMany((alphas, i) => alphas.Select((a, place) => (Alpha: a, Image: i, Place: place)))
            .GroupBy(question => question.Alpha))
        {
            PoolPrediction[] scored = model.Score([.. alpha.Select(question => batch[question.Image].Pixels)], alpha.Key);
            foreach (var (question, prediction) in alpha.Zip(scored)) found[question.Image][question.Place] = prediction;
        }
        return [.. batch.Select((request, i) => request.Question.Answer(found[i]))];
    }
}
