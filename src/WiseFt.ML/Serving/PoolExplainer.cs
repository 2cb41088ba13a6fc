using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WiseFt.Explanation;
using WiseFt.Images;

namespace WiseFt.ML;

/// <summary>Explains images of the pool, one after the other on a thread of its own, so that predictions do not wait for them.</summary>
/// <remarks>Of the processor's time an explanation takes its share while it runs.</remarks>
internal sealed class PoolExplainer
{
    private readonly ILogger _logger;
    private readonly Channel<Asked> _asked;
    private readonly Task _explaining;

    public PoolExplainer(int capacity, ILogger logger)
    {
        _logger = logger;
        _asked = Channel.CreateBounded<Asked>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _explaining = Task.Factory.StartNew(ExplainAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Adds a request, unless as many as fit are waiting, or it is stopped.</summary>
    public bool TryAdd(Asked asked) => _asked.Writer.TryWrite(asked);

    /// <summary>Accepts nothing more and answers everything accepted.</summary>
    public Task StopAsync()
    {
        _asked.Writer.TryComplete();
        return _explaining;
    }

    private void ExplainAll()
    {
        while (_asked.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            while (_asked.Reader.TryRead(out Asked? asked)) Explain(asked);
    }

    private void Explain(Asked asked)
    {
        PoolRequest request = asked.Request;
        try
        {
            asked.Cancel.ThrowIfCancellationRequested();
            request.Decode();
            request.Complete(new PoolExplanation(
                request.Model.Explain(request.Pixels, asked.ClassName, asked.Options, asked.Cancel), request.Model.Mixture.Alpha));
        }
        catch (OperationCanceledException) when (asked.Cancel.IsCancellationRequested)
        {
            request.Abandon();
        }
        catch (ImageException e)
        {
            _logger.Refused(e.Message);
            request.Complete(new PoolImageRefused(e.Message));
        }
        catch (Exception e)
        {
            if (e is not ArgumentException) _logger.ExplainingFailed(e);
            request.Fail(e);
        }
    }

    /// <summary>What is asked.</summary>
    /// <param name="Request">The image, and who waits for the answer.</param>
    /// <param name="ClassName">The class to explain; null for the most probable.</param>
    /// <param name="Options">Patch and batches.</param>
    /// <param name="Cancel">The caller leaves.</param>
    internal sealed record Asked(PoolRequest Request, string? ClassName, OcclusionOptions Options, CancellationToken Cancel);
}
