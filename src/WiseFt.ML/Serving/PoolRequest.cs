using System.Buffers;
using System.Diagnostics;
using WiseFt.Images;

namespace WiseFt.ML;

/// <summary>An accepted image on its way through the pool. Holds the model that it will be answered by.</summary>
internal sealed class PoolRequest
{
    private readonly TaskCompletionSource<PoolResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Shared<ServedModel> _model;
    private readonly Action<PoolRequest, PoolOutcome> _released;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _registration;

    /// <summary>A request.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="model">The model; its hold passes to the request.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="released">Told once when the request has left the pool.</param>
    /// <param name="cancel">The caller leaves.</param>
    public PoolRequest(
        ReadOnlyMemory<byte> image, Shared<ServedModel> model, PoolQuestion question, Action<PoolRequest, PoolOutcome> released,
        CancellationToken cancel)
    {
        (Image, _model, Question, _released, _cancel) = (image, model, question, released, cancel);
        _registration = cancel.UnsafeRegister(static (request, token) => ((PoolRequest)request!)._answer.TrySetCanceled(token), this);
    }

    public ReadOnlyMemory<byte> Image { get; private set; }

    public PoolQuestion Question { get; }

    public ServedModel Model => _model.Value;

    public Task<PoolResult> Answer => _answer.Task;

    public bool IsAbandoned => _cancel.IsCancellationRequested;

    /// <summary>When it was accepted.</summary>
    public long Accepted { get; } = Stopwatch.GetTimestamp();

    /// <summary>The preprocessed image, rented: longer than needed.</summary>
    public float[] Pixels { get; private set; } = [];

    /// <summary>Decodes and preprocesses the image.</summary>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public void Decode()
    {
        ClipPreprocessor preprocessor = Model.Preprocessor;
        RgbImage image = ImageSource.FromBytes(Image, "the image").Decode(preprocessor.Decoding);
        Pixels = ArrayPool<float>.Shared.Rent(Model.PixelCount);
        preprocessor.Preprocess(image, Pixels);
        Image = default;
    }

    /// <summary>Answers and leaves the pool.</summary>
    public void Complete(PoolResult result)
    {
        Leave(result switch
        {
            PoolImageRefused => PoolOutcome.Refused,
            PoolUnavailable => PoolOutcome.Unavailable,
            _ => PoolOutcome.Answered,
        });
        _answer.TrySetResult(result);
    }

    /// <summary>Fails and leaves the pool.</summary>
    public void Fail(Exception error)
    {
        Leave(PoolOutcome.Failed);
        _answer.TrySetException(error);
    }

    /// <summary>Leaves the pool because the caller has left.</summary>
    public void Abandon() => Leave(PoolOutcome.Cancelled);

    private void Leave(PoolOutcome outcome)
    {
        _registration.Unregister();
        if (Pixels.Length > 0) ArrayPool<float>.Shared.Return(Pixels);
        (Pixels, Image) = ([], default);
        _model.Release();
        _released(this, _answer.Task.IsCanceled ? PoolOutcome.Cancelled : outcome);
    }
}

/// <summary>How a request ended.</summary>
internal enum PoolOutcome
{
    /// <summary>With a prediction.</summary>
    Answered,

    /// <summary>The image cannot be read.</summary>
    Refused,

    /// <summary>Turned away.</summary>
    Unavailable,

    /// <summary>The caller left.</summary>
    Cancelled,

    /// <summary>By an error of the pool.</summary>
    Failed,
}
