using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WiseFt.Runs;

/// <summary>What <c>training.jsonl</c> holds: a row of JSON a step, and one an epoch where there are validation images.</summary>
internal sealed class TrainingTrace
{
    private static readonly JsonSerializerOptions _row = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly StringBuilder _rows = new();

    /// <summary>With early stopping: the epoch whose weights are kept so far, from 0; null otherwise.</summary>
    public int? KeptEpoch { get; private set; }

    /// <summary>Writes a step down.</summary>
    public void Add(FineTuningStep step)
    {
        Append(new { step.Step, step.LearningRate, step.Loss, step.GradientNorm });
        if (step.Validation is not { } validation) return;
        KeptEpoch = step.KeptEpoch;
        Append(new { step.Epoch, ValidationAccuracy = validation.Accuracy, ValidationLoss = validation.Loss, step.KeptEpoch });
    }

    /// <summary>The rows.</summary>
    public override string ToString() => _rows.ToString();

    private void Append<T>(T row) => _rows.Append(JsonSerializer.Serialize(row, _row)).Append('\n');
}
