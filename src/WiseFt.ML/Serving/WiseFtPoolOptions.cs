using WiseFt.Images;

namespace WiseFt.ML;

/// <summary>Settings of <see cref="WiseFtPool"/>. Immutable; vary with <c>with</c>.</summary>
public sealed record WiseFtPoolOptions
{
    private const long DefaultMaxPixels = 50_000_000;

    /// <summary>The most images that the model scores at once.</summary>
    /// <value>At least 1. Default 32: more brings little on a CPU, and a request waits for the batch before its own.</value>
    public int MaxBatchSize { get; init => field = Check.InRange(value, 1, 4096); } = 32;

    /// <summary>How long the first image of a batch waits for others.</summary>
    /// <value>0 to 1 s. Default 4 ms: little beside the time that a batch takes, and enough for requests that arrive together.</value>
    public TimeSpan MaxBatchDelay
    {
        get;
        init => field = TimeSpan.FromMilliseconds(Check.InRange(value.TotalMilliseconds, 0, 1000));
    } = TimeSpan.FromMilliseconds(4);

    /// <summary>The most images that are accepted and not yet answered. Further ones are turned away at once.</summary>
    /// <value>At least 1. Default 256: eight batches of waiting. Encoded images in memory are bounded by this number.</value>
    public int QueueCapacity { get; init => field = Check.InRange(value, 1, 1_000_000); } = 256;

    /// <summary>The most explanations that wait while one is computed. Further ones are turned away at once.</summary>
    /// <value>At least 1. Default 4: each costs as much as some hundred predictions.</value>
    public int ExplanationCapacity { get; init => field = Check.InRange(value, 1, 1_000_000); } = 4;

    /// <summary>How many images are decoded at once.</summary>
    /// <value>At least 1. Default: the number of processors.</value>
    public int DecodeWorkers { get; init => field = Check.InRange(value, 1, 1024); } = Environment.ProcessorCount;

    /// <summary>Limits of decoding, checked in an image's header before its pixels are read. They replace the model's own.</summary>
    /// <value>Default: at most 50 million pixels, which is 200 MB decoded. A few kilobytes can claim to be any size.</value>
    public ImageDecoding Decoding
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = ImageDecoding.Default with { MaxPixels = DefaultMaxPixels };

    /// <summary>The most pixels that an image may have: <see cref="Decoding"/>'s limit by a shorter name.</summary>
    /// <value>1 to 500 million. Default 50 million.</value>
    public long MaxImagePixels { get => Decoding.MaxPixels; init => Decoding = Decoding with { MaxPixels = value }; }

    /// <summary>When a caller who was turned away should come again.</summary>
    /// <value>1 s to 1 hour. Default 1 s.</value>
    public TimeSpan RetryAfter
    {
        get;
        init => field = TimeSpan.FromSeconds(Check.InRange(value.TotalSeconds, 1, 3600));
    } = TimeSpan.FromSeconds(1);

    /// <summary>How often a watched model file is looked at.</summary>
    /// <value>10 ms to 1 hour. Default 1 s. The file is polled, which also works on network drives and in containers.</value>
    public TimeSpan WatchInterval
    {
        get;
        init => field = TimeSpan.FromMilliseconds(Check.InRange(value.TotalMilliseconds, 10, 3_600_000));
    } = TimeSpan.FromSeconds(1);

    /// <summary>The CUDA device to compute on, as <c>MLContext.GpuDeviceId</c>.</summary>
    /// <value>Null for the CPU, the default.</value>
    public int? GpuDeviceId { get; init => field = value is { } id ? Check.AtLeast(id, 0) : null; }

    /// <summary>Whether to compute on the CPU where there is no such CUDA device. Default false:
    /// a server that is slow in silence helps nobody.</summary>
    public bool FallbackToCpu { get; init; }
}
