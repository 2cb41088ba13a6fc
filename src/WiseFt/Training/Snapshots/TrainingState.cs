using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>All that changes while training runs: weights, AdamW's running means, and a row for each step done.</summary>
/// <param name="model">The classifier in training.</param>
/// <param name="optimiser">Its optimiser.</param>
/// <param name="withEncoder">Whether the image encoder changes too.</param>
/// <remarks>The order of an epoch and the crops follow from the seed and the position,
/// so no state of a random generator belongs here.</remarks>
internal sealed class TrainingState(ImageClassifier model, AdamW optimiser, bool withEncoder)
{
    private const string WeightPrefix = "weights.", TraceName = "trace";
    private const int TraceColumns = 8;

    /// <summary>The steps done, in order.</summary>
    public List<FineTuningStep> Trace { get; } = [];

    /// <summary>How many steps are done.</summary>
    public int Steps => Trace.Count;

    /// <summary>Everything as tensors, those of the model and the optimiser themselves; for a dispose scope of the caller.</summary>
    public Dictionary<string, Tensor> Tensors()
    {
        var tensors = new Dictionary<string, Tensor>(LiveTensors(), StringComparer.Ordinal);
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
        Trace.Clear();
        Trace.AddRange(trace.data<double>().ToArray().Chunk(TraceColumns).Select((row, step) => new FineTuningStep
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
        }));
        optimiser.Steps = Steps;
    }

    private static double[] Row(FineTuningStep step) =>
    [
        step.Epoch, step.Images, step.LearningRate, step.Loss, step.GradientNorm,
        step.Validation?.Accuracy ?? 0, step.Validation?.Loss ?? 0, step.Validation?.Count ?? 0,
    ];

    private IEnumerable<KeyValuePair<string, Tensor>> LiveTensors() => model.Weights
        .Where(w => withEncoder || w.Key is ImageClassifier.HeadWeight or ImageClassifier.HeadBias)
        .Select(w => KeyValuePair.Create(WeightPrefix + w.Key, w.Value))
        .Concat(optimiser.NamedTensors());
}
