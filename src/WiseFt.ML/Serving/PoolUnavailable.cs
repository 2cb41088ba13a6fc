namespace WiseFt.ML;

/// <summary>The request was turned away before any work: too many images wait already, or the pool is being shut down. A web server answers 503.</summary>
/// <param name="Reason">What is the matter.</param>
/// <param name="RetryAfter">When to try again; the header <c>Retry-After</c>.</param>
public sealed record PoolUnavailable(string Reason, TimeSpan RetryAfter) : PoolResult;
