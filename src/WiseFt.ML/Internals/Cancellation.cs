using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Work that the caller's token or <c>mlContext.CancelExecution()</c> ends.</summary>
/// <remarks>A cancelled context has a flag, which ML.NET's own trainers look at between two steps (<c>Host.CheckAlive()</c>); what
/// computes here takes a token. So the flag is looked at beside the work, and becomes one. It stays set:
/// a cancelled context fits and scores no more.</remarks>
internal static class Cancellation
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Does the work with a token that either of the two cancels.</summary>
    /// <param name="environment">The context, or a host of it.</param>
    /// <param name="work">Returns or throws once nothing of it goes on.</param>
    /// <param name="callers">The caller's own token.</param>
    /// <exception cref="OperationCanceledException">Cancelled; with the caller's token where it was the caller's.</exception>
    public static T Run<T>(IHostEnvironment environment, Func<CancellationToken, T> work, CancellationToken callers)
    {
        environment.CheckAlive();
        if (environment is not ICancelable context) return work(callers);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(callers);
        var watch = new Timer(_ => { if (context.IsCanceled) source.Cancel(); }, null, _interval, _interval);
        try
        {
            return work(source.Token);
        }
        catch (OperationCanceledException e) when (source.IsCancellationRequested)
        {
            callers.ThrowIfCancellationRequested();
            throw new OperationCanceledException("The MLContext's execution was cancelled.", e);
        }
        finally
        {
            using var ended = new ManualResetEvent(false);
            if (watch.Dispose(ended)) ended.WaitOne(); // the source is disposed after the last look at it
        }
    }
}
