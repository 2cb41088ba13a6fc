using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WiseFt.Explanation;

namespace WiseFt.ML;

/// <summary>Answers many callers at once from one saved model: gathers images into batches,
/// and turns callers away rather than let them wait for long.</summary>
/// <remarks>
/// Images are decoded by several workers and scored by one thread. The model can be replaced and its mixing coefficient changed at any
/// time: each request is answered by the model that was there when it was accepted, and the old one is freed after its last request.
/// Thread-safe. Metrics are on the meter "WiseFt". Memory: three times the model (both end points and the mixture), four
/// times once <see cref="SweepAsync"/> was called, twice that while a file is reloaded, and
/// <see cref="WiseFtPoolOptions.QueueCapacity"/> encoded images.
/// </remarks>
public sealed class WiseFtPool : IAsyncDisposable, IDisposable
{
    private const string NoEndPoints = "The model was saved with the mixture alone (KeepEndPoints = false); " +
        "other alphas need the zero-shot and the fine-tuned weights. Fit again with KeepEndPoints = true.";
    private const string ShuttingDown = "The server is shutting down.";
    private const string ManyExplanations = "As many explanations as fit are waiting already.";

    private readonly string _path;
    private readonly WiseFtPoolOptions _options;
    private readonly ILogger _logger;
    private readonly PoolMetrics _metrics;
    private readonly PoolPipeline _pipeline;
    private readonly PoolExplainer _explainer;
    private readonly ModelFileWatch? _watch;
    private readonly Lock _change = new();
    private Shared<ServedModel> _current;
    private int _pending;
    private int _disposed;

    /// <summary>Loads a model and begins to serve.</summary>
    /// <param name="modelPath">A saved ML.NET model with one WiSE-FT transformer: <c>model.zip</c>, <c>NAME.mlnet</c>.
    /// Load only files that you trust: ML.NET models name the code that reads them.</param>
    /// <param name="watchForChanges">Whether a file that takes its place is loaded and served;
    /// if it cannot be loaded, the old model stays. A file should be moved there, not written there.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="logger">Null for no log.</param>
    /// <param name="meterFactory">The host's meters; null for meters of its own.</param>
    /// <exception cref="ArgumentException">The model has no WiSE-FT transformer, or several.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public WiseFtPool(
        string modelPath,
        bool watchForChanges = false,
        WiseFtPoolOptions? options = null,
        ILogger<WiseFtPool>? logger = null,
        IMeterFactory? meterFactory = null)
    {
        _path = Path.GetFullPath(Check.NotBlank(modelPath));
        (_options, _logger) = (options ?? new WiseFtPoolOptions(), logger ?? NullLogger<WiseFtPool>.Instance);
        FileState? state = ModelFileWatch.Look(_path);
        _current = new Shared<ServedModel>(ServedModel.Load(_path, _options));
        _metrics = new PoolMetrics(meterFactory, () => Volatile.Read(ref _pending), () => Alpha);
        _pipeline = new PoolPipeline(_options, _logger, _metrics);
        _explainer = new PoolExplainer(_options.ExplanationCapacity, _logger);
        if (watchForChanges) _watch = new ModelFileWatch(_path, state, _options.WatchInterval, ReloadOrKeep);
        _logger.Serving(_path, ClassNames.Count, Alpha);
    }

    /// <summary>The classes of the model that is served, in the order of its scores.</summary>
    public IReadOnlyList<string> ClassNames => Mixture.ClassNames;

    /// <summary>The mixing coefficient that is served: 0 is the zero-shot model, 1 the fine-tuned one.</summary>
    public double Alpha => Mixture.Alpha;

    /// <summary>Whether the model has both end points, so that <see cref="SetAlpha"/>, <see cref="CompareAsync"/> and
    /// <see cref="SweepAsync"/> work.</summary>
    public bool HasEndPoints => Mixture.HasEndPoints;

    /// <summary>Whether requests are accepted: from construction to disposal.</summary>
    public bool IsReady => Volatile.Read(ref _disposed) == 0;

    /// <summary>Images that are accepted and not yet answered.</summary>
    public int PendingImages => Volatile.Read(ref _pending);

    /// <summary>Why the newest model file is not served; null where it is.</summary>
    public string? ReloadError { get; private set; }

    private IMixtureTransformer Mixture => Volatile.Read(ref _current).Value.Mixture;

    /// <summary>Classifies an encoded image.</summary>
    /// <param name="image">The bytes of a PNG, JPEG, GIF, BMP or WebP file. Not copied: leave them unchanged until the answer.</param>
    /// <param name="cancel">The caller leaves; no work is begun for him any more.</param>
    /// <returns>A <see cref="PoolPrediction"/>, <see cref="PoolUnavailable"/> or <see cref="PoolImageRefused"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async Task<PoolResult> PredictAsync(ReadOnlyMemory<byte> image, CancellationToken cancel = default) =>
        (await RunAsync([image], PoolQuestion.Predict, cancel).ConfigureAwait(false))[0];

    /// <summary>Classifies several encoded images. Either all are accepted or none.</summary>
    /// <param name="images">At most <see cref="WiseFtPoolOptions.QueueCapacity"/>.</param>
    /// <param name="cancel">The caller leaves.</param>
    /// <returns>A result an image, in order; all <see cref="PoolUnavailable"/> where they were turned away.</returns>
    /// <exception cref="ArgumentException">There are more images than can ever be accepted.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public Task<PoolResult[]> PredictAsync(IReadOnlyList<ReadOnlyMemory<byte>> images, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count > _options.QueueCapacity)
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture, $"There are {images.Count} images and the pool holds at most {_options.QueueCapacity}. " +
                        $"Send fewer at once, or raise {nameof(WiseFtPoolOptions.QueueCapacity)}."),
                nameof(images));
        return RunAsync(images, PoolQuestion.Predict, cancel);
    }

    /// <summary>Classifies an encoded image by the zero-shot model, the fine-tuned model and the mixture.</summary>
    /// <inheritdoc cref="PredictAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <returns>A <see cref="PoolComparison"/>, <see cref="PoolUnavailable"/> or <see cref="PoolImageRefused"/>.</returns>
    /// <exception cref="InvalidOperationException">The model was saved without its end points.</exception>
    public async Task<PoolResult> CompareAsync(ReadOnlyMemory<byte> image, CancellationToken cancel = default) =>
        (await RunAsync([image], PoolQuestion.Compare, cancel).ConfigureAwait(false))[0];

    /// <summary>Classifies an encoded image at several mixing coefficients. What is served to others stays as it is.</summary>
    /// <remarks>The image is decoded once. Each alpha costs an interpolation and a forward pass on the one thread that scores, shared by
    /// all who ask for it at the same time: bound the number of alphas, and of callers, where strangers choose them.
    /// The first call takes the memory of one more model.</remarks>
    /// <param name="image">The bytes of a PNG, JPEG, GIF, BMP or WebP file. Not copied: leave them unchanged until the answer.</param>
    /// <param name="alphas">Each in [0, 1] and different; <see cref="AlphaGrid.Tenths"/> is the paper's grid.</param>
    /// <param name="cancel">The caller leaves; no work is begun for him any more.</param>
    /// <returns>A <see cref="PoolSweep"/>, <see cref="PoolUnavailable"/> or <see cref="PoolImageRefused"/>.</returns>
    /// <exception cref="ArgumentException">There is no alpha, or one occurs twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="InvalidOperationException">The model was saved without its end points.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async Task<PoolResult> SweepAsync(
        ReadOnlyMemory<byte> image, IReadOnlyList<double> alphas, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(alphas);
        double[] different = [.. alphas.Select(alpha => MixingCoefficient.Checked(alpha)).Distinct()];
        if (different.Length == 0 || different.Length < alphas.Count)
            throw new ArgumentException(
                $"There are {alphas.Count} alphas, {different.Length} of them different; expected at least one, each once.",
                nameof(alphas));
        return (await RunAsync([image], PoolQuestion.Sweep(different), cancel).ConfigureAwait(false))[0];
    }

    /// <summary>Says which part of an encoded image a class needs, by what is served: <see cref="Occlusion"/>.</summary>
    /// <remarks>An explanation costs as much as some hundred predictions. They are computed one at a time beside the predictions, which
    /// are not kept waiting by them, and share the processor with them.</remarks>
    /// <param name="image">The bytes of a PNG, JPEG, GIF, BMP or WebP file. Not copied: leave them unchanged until the answer.</param>
    /// <param name="className">One of <see cref="ClassNames"/>; null for the most probable.</param>
    /// <param name="options">Patch and batches; null for the defaults.</param>
    /// <param name="cancel">The caller leaves; no work is done for him any more.</param>
    /// <returns>A <see cref="PoolExplanation"/>, <see cref="PoolUnavailable"/> (also where <see
    /// cref="WiseFtPoolOptions.ExplanationCapacity"/> are waiting) or <see cref="PoolImageRefused"/>.</returns>
    /// <exception cref="ArgumentException">The class is none of the model's, or the patch does not fit.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async Task<PoolResult> ExplainAsync(
        ReadOnlyMemory<byte> image, string? className = null, OcclusionOptions? options = null, CancellationToken cancel = default) =>
        (await RunAsync(
            [image], PoolQuestion.Predict,
            request => _explainer.TryAdd(new PoolExplainer.Asked(request, className, options ?? new OcclusionOptions(), cancel)),
            ManyExplanations, cancel).ConfigureAwait(false))[0];

    /// <summary>Serves another mixture of the same two models from now on: one interpolation.
    /// Until a file is reloaded, which brings its own alpha.</summary>
    /// <param name="alpha">In [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="InvalidOperationException">The model was saved without its end points.</exception>
    public void SetAlpha(double alpha)
    {
        lock (_change)
        {
            ObjectDisposedException.ThrowIf(!IsReady, this);
            double before = Alpha;
            Replace(_current.Value.WithAlpha(alpha));
            _logger.AlphaChanged(before, alpha);
        }
    }

    /// <summary>Loads the model file again and serves it from now on. If it cannot be loaded, the model before it stays.</summary>
    /// <exception cref="ArgumentException">The model has no WiSE-FT transformer, or several.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public void Reload()
    {
        lock (_change)
        {
            ObjectDisposedException.ThrowIf(!IsReady, this);
            try
            {
                Replace(ServedModel.Load(_path, _options));
            }
            catch (Exception e)
            {
                ReloadError = e.Message;
                _metrics.Loaded(successfully: false);
                throw;
            }
            ReloadError = null;
            _metrics.Loaded(successfully: true);
            _logger.Serving(_path, ClassNames.Count, Alpha);
        }
    }

    /// <summary>Turns new requests away, answers the accepted ones and frees the model. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_watch is not null) await _watch.DisposeAsync().ConfigureAwait(false);
        await _pipeline.StopAsync().ConfigureAwait(false);
        await _explainer.StopAsync().ConfigureAwait(false);
        lock (_change) _current.Release();
        _metrics.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private Task<PoolResult[]> RunAsync(IReadOnlyList<ReadOnlyMemory<byte>> images, PoolQuestion question, CancellationToken cancel) =>
        RunAsync(images, question, _pipeline.TryAdd, ShuttingDown, cancel);

    /// <summary>Accepts images and answers them, or turns them away.</summary>
    /// <param name="images">The images.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="tryAdd">Hands a request to who answers it, unless that one has no room.</param>
    /// <param name="noRoom">Why he would have none.</param>
    /// <param name="cancel">The caller leaves.</param>
    private async Task<PoolResult[]> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> images, PoolQuestion question, Func<PoolRequest, bool> tryAdd, string noRoom,
        CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!IsReady) return TurnAway(images.Count, ShuttingDown);
        if (Interlocked.Add(ref _pending, images.Count) > _options.QueueCapacity)
        {
            Interlocked.Add(ref _pending, -images.Count);
            return TurnAway(
                images.Count,
                string.Create(CultureInfo.InvariantCulture, $"As many images as fit are waiting already ({_options.QueueCapacity})."));
        }
        return await Task.WhenAll(images.Select(image => Enter(image, question, tryAdd, noRoom, cancel)).ToArray()).ConfigureAwait(false);
    }

    private Task<PoolResult> Enter(
        ReadOnlyMemory<byte> image, PoolQuestion question, Func<PoolRequest, bool> tryAdd, string noRoom, CancellationToken cancel)
    {
        if (Hold() is not { } model)
        {
            Interlocked.Decrement(ref _pending);
            return Task.FromResult(TurnAway(1, ShuttingDown)[0]);
        }
        if (question.NeedsEndPoints && !model.Value.Mixture.HasEndPoints)
        {
            Interlocked.Decrement(ref _pending);
            model.Release();
            return Task.FromException<PoolResult>(new InvalidOperationException(NoEndPoints));
        }
        var request = new PoolRequest(image, model, question, Released, cancel);
        if (!tryAdd(request)) request.Complete(new PoolUnavailable(IsReady ? noRoom : ShuttingDown, _options.RetryAfter));
        return request.Answer;
    }

    private void Released(PoolRequest request, PoolOutcome outcome)
    {
        Interlocked.Decrement(ref _pending);
        _metrics.Ended(outcome, request.Accepted);
    }

    private PoolResult[] TurnAway(int images, string reason)
    {
        _logger.TurnedAway(images, reason);
        _metrics.TurnedAway(images);
        var result = new PoolUnavailable(reason, _options.RetryAfter);
        return [.. Enumerable.Repeat(result, images)];
    }

    /// <summary>A hold on the model that is served; null after disposal.</summary>
    private Shared<ServedModel>? Hold()
    {
        while (true)
        {
            Shared<ServedModel> model = Volatile.Read(ref _current);
            if (model.TryHold()) return model;
            if (!IsReady) return null;
        }
    }

    private void Replace(ServedModel model) => Interlocked.Exchange(ref _current, new Shared<ServedModel>(model)).Release();

    private void ReloadOrKeep()
    {
        try
        {
            Reload();
        }
        catch (Exception e)
        {
            _logger.ReloadFailed(e, _path);
        }
    }
}
