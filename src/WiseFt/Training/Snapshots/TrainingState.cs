using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>All that changes while training runs: weights, AdamW's running means, and a row for each step done.</summary>
/// <param name="model">The classifier in training.</param>
/// <param name="optimiser">Its optimiser.</param>
/// <param name="withEncoder">Whether the image encoder changes too.</param>
/// <param name="keepsBest">Whether the weights of the epoch with the highest validation accuracy are kept.</param>
/// <remarks>The order of an epoch and the crops follow from the seed and the position,
/// so no state of a random generator belongs here.</remarks>
internal sealed class TrainingState(ImageClassifier model, AdamW optimiser, bool withEncoder, bool keepsBest = false) : IDisposable
{
    private const string WeightPrefix = "weights.", KeptPrefix = "kept.", TraceName = "trace";
    private const int TraceColumns = 8;

    private Dictionary<string, Tensor> _kept = new(StringComparer.Ordinal); // on the CPU, where there is most memory

    private readonly List<FineTuningStep> _trace = [];

    /// <summary>The steps done, in order.</summary>
    public IReadOnlyList<FineTuningStep> Trace => _trace;

    /// <summary>How many steps are done.</summary>
    public int Steps => _trace.Count;

    /// <summary>Writes a step down, and keeps the weights as they are now where its epoch is the best so far.</summary>
    public void Add(FineTuningStep step)
    {
        _trace.Add(WithKeptEpoch(step));
        if (_trace[^1].KeptEpoch != step.Epoch) return;
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Dictionary<string, Tensor> kept = Weights().ToDictionary(
            w => w.Key, w => w.Value.detach().cpu().clone().DetachFromDisposeScope(), StringComparer.Ordinal);
        Dispose();
        _kept = kept;
    }

    /// <summary>Writes down what the last step's weights give on validation images, where that was not done.</summary>
    public void AddToLast(ValidationResult? validation)
    {
        FineTuningStep last = _trace[^1];
        _trace.RemoveAt(_trace.Count - 1);
        Add(last with { Validation = validation });
    }

    /// <summary>Gives the model the weights that were kept, if any were.</summary>
    public void UseKept()
    {
        using IDisposable grad = no_grad();
        foreach (var (name, weight) in Weights())
            if (_kept.TryGetValue(name, out Tensor? kept)) weight.copy_(kept);
    }

    /// <summary>Frees the weights that were kept.</summary>
    public void Dispose()
    {
        foreach (Tensor kept in _kept.Values) kept.Dispose();
        _kept.Clear();
    }

    /// <summary>Everything as tensors, those of the model and the optimiser themselves; for a dispose scope of the caller.</summary>
    public Dictionary<string, Tensor> Tensors()
    {
        var tensors = new Dictionary<string, Tensor>(LiveTensors(), StringComparer.Ordinal);
        foreach (var (name, kept) in _kept) tensors.Add(KeptPrefix + name, kept);
        double[] rows = [.. Trace.SelectMany(Row)];
        tensors.Add(TraceName, tensor(rows).reshape(Steps, TraceColumns));
        return tensors;
    }

    /// <summary>Takes over what <see cref="Tensors"/> gave.</summary>
    /// <param name="file">A whole file of a run with the same identity.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    public void Restore(SafetensorsFile file, int totalSteps)
    {
        using IDisposable grad = no_grad();
        foreach (var (name, destination) in LiveTensors())
        {
            using Tensor saved = file.Read(name);
            destination.copy_(saved);
        }
        using Tensor trace = file.Read(TraceName);
        _trace.Clear();
        foreach (var (step, row) in trace.data<double>().ToArray().Chunk(TraceColumns).Index())
            _trace.Add(WithKeptEpoch(Step(step, totalSteps, row)));
        Dispose();
        if (_trace.Any(step => step.KeptEpoch is not null))
            foreach (string name in Weights().Select(w => w.Key)) _kept.Add(name, file.Read(KeptPrefix + name).DetachFromDisposeScope());
        optimiser.Steps = Steps;
    }

    private FineTuningStep WithKeptEpoch(FineTuningStep step)
    {
        if (!keepsBest || step.Validation is null) return step;
        return step with { KeptEpoch = _trace.Append(step).Where(s => s.Validation is not null).MaxBy(s => s.Validation!.Accuracy)!.Epoch };
    }

    private static FineTuningStep Step(int step, int totalSteps, double[] row) => new()
    {
        Step = step,
        TotalSteps = totalSteps,
        Epoch = (int)row[0],
        Images = (int)row[1],
        LearningRate = row[2],
        Loss = row[3],
        GradientNorm = row[4],
        Validation = row[7] > 0 ? new ValidationResult(row[5], row[6], (int)row[7]) : null,
        Restored = true,
    };

    private static double[] Row(FineTuningStep step) =>
    [
        step.Epoch, step.Images, step.LearningRate, step.Loss, step.GradientNorm,
        step.Validation?.Accuracy ?? 0, step.Validation?.Loss ?? 0, step.Validation?.Count ?? 0,
    ];

    private IEnumerable<KeyValuePair<string, Tensor>> Weights() =>
        model.Weights.Where(w => withEncoder || w.Key is ImageClassifier.HeadWeight or ImageClassifier.HeadBias);

    private IEnumerable<KeyValuePair<string, Tensor>> LiveTensors() => Weights()
        .Select(w => KeyValuePair.Create(WeightPrefix + w.Key, w.Value))
        .Concat(optimiser.NamedTensors());
}
