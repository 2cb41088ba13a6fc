namespace WiseFt;

/// <summary>What one optimiser step did.</summary>
public sealed record FineTuningStep
{
    /// <summary>Number of the step, from 0.</summary>
    public required int Step { get; init; }

    /// <summary>How many steps there will be; fewer where training ends early
    /// (<see cref="FineTuningOptions.EarlyStoppingPatience"/>).</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Number of the epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Images in the batch.</summary>
    public required int Images { get; init; }

    /// <summary>The learning rate of the step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean cross-entropy of the batch before the step, in nats; weighted where the recipe or the images have weights.</summary>
    public required double Loss { get; init; }

    /// <summary>Euclidean norm of the gradient over all parameters, before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>What the model gives on validation images after the step: of the last step of an epoch, where there are such images.
    /// Null otherwise.</summary>
    public ValidationResult? Validation { get; init; }

    /// <summary>With early stopping, in the last step of an epoch: the epoch of the highest accuracy on the validation images so far, from
    /// 0, whose weights are the result where no later one is better. Null otherwise.</summary>
    public int? KeptEpoch { get; init; }

    /// <summary>Whether the step was done by an earlier process: a run that goes on from a snapshot reports
    /// the steps before it first.</summary>
    public bool Restored { get; init; }
}
