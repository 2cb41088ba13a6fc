namespace WiseFt.Training;

/// <summary>Where and how often a training run saves itself. Immutable; vary with <c>with</c>.</summary>
/// <remarks>A snapshot holds the weights that change, AdamW's state, the steps done and what the run is made of. It is written to a
/// temporary file, flushed to disk and renamed, so that one which is there is whole. A run that goes on from one ends with the same
/// weights, bit for bit, as one that was never stopped, on the same machine.</remarks>
public sealed record SnapshotOptions
{
    /// <summary>Folder of one run's snapshots; created where missing. Two runs cannot use it at once.</summary>
    public required string Directory { get; init => field = Check.NotBlank(value); }

    /// <summary>Longest time between two snapshots; one is written after the step in which it is over.
    /// At least 0 (after each step); default 5 minutes.</summary>
    public TimeSpan Every
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Every), FormattableString.Invariant($"{nameof(Every)} is {value}; expected a time of at least 0."));
    } = TimeSpan.FromMinutes(5);

    /// <summary>Most steps between two snapshots. At least 1; null (the default) for no such limit.</summary>
    public int? EverySteps { get; init => field = value is int steps ? Check.AtLeast(steps, 1, nameof(EverySteps)) : null; }

    /// <summary>How many snapshots stay; older ones are deleted once a new one is whole. At least 1;
    /// default 2, in case one is damaged later.</summary>
    public int Keep { get; init => field = Check.AtLeast(value, 1); } = 2;

    /// <summary>Whether to go on from the newest whole snapshot, if there is one. Default false:
    /// a folder that holds snapshots is refused.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether the snapshots are deleted when training has ended well. Default true.</summary>
    public bool DeleteWhenDone { get; init; } = true;

    /// <summary>Is told in words where training goes on, and which snapshots are passed over and why. Default null.</summary>
    public IProgress<string>? Notes { get; init; }
}
