using System.Collections.Immutable;

namespace WiseFt;

/// <summary>What came of a merge.</summary>
public sealed record MergeOutcome
{
    /// <summary>The file or folder that was written.</summary>
    public required string Output { get; init; }

    /// <summary>How many numbers the merged model has.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>The mixing coefficient between base and merged model that was chosen; null where none was searched.</summary>
    public double? Alpha { get; init; }

    /// <summary>Accuracy between base and merged model; null where nothing was evaluated.</summary>
    public RobustnessReport? Report { get; init; }

    /// <summary>What the caller should know, one sentence each: what was clamped, what does not go together.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
