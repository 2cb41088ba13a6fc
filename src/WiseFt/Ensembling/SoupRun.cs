using System.Collections.Immutable;
using System.Text.Json.Serialization;
using WiseFt.Merging;

namespace WiseFt;

/// <summary>Which of its runs a model soup is made of.</summary>
public enum SoupKind
{
    /// <summary>All of them. Model soups (arXiv 2203.05482), section 2.</summary>
    Uniform,

    /// <summary>The most accurate, and then, best first, each that makes the mean strictly more accurate on held-out images.
    /// Model soups, recipe 1.</summary>
    Greedy,
}

/// <summary>A run of a model soup.</summary>
public sealed record SoupRun
{
    /// <summary>Its number, from 1, in the order of <see cref="SoupGrid.Expand"/>.</summary>
    public required int Number { get; init; }

    /// <summary>What it was trained with.</summary>
    public required FineTuningOptions Options { get; init; }

    /// <summary>Its accuracy on the validation images, in [0, 1]; null where there were none.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>Whether the soup is made of it.</summary>
    public bool Joined { get; init; }

    /// <summary>The file with the fine-tuned classifier; null where there is none any more, as in a model that was loaded.</summary>
    [JsonIgnore]
    public string? File { get; init; }
}

/// <summary>How far the training of a soup's runs is.</summary>
/// <param name="Run">The number of the run, from 1.</param>
/// <param name="Runs">How many there are.</param>
/// <param name="Options">What it is trained with.</param>
/// <param name="Step">Its latest step; null where the run was finished before and is not trained again.</param>
public readonly record struct SoupProgress(int Run, int Runs, FineTuningOptions Options, FineTuningStep? Step);

/// <summary>What a model soup is made of.</summary>
public sealed record ModelSoupResult
{
    /// <summary>By which rule.</summary>
    public required SoupKind Kind { get; init; }

    /// <summary>All runs by their numbers; those that <see cref="SoupRun.Joined"/> make the soup, with equal shares.</summary>
    public required ImmutableArray<SoupRun> Runs { get; init; }

    /// <summary>A greedy soup's accuracy on the validation images, in [0, 1], on which it was chosen, so that it is a little too good; null
    /// for a uniform soup, which looks at none.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Writes the soup: the mean of the runs that joined, a classifier as the runs' files are.</summary>
    /// <param name="output">A safetensors file, which appears whole or not at all.</param>
    /// <returns>How many numbers it has.</returns>
    /// <exception cref="CheckpointException">A run's file is damaged.</exception>
    /// <exception cref="InvalidOperationException">The runs' files are not kept.</exception>
    /// <remarks>In memory is a tensor of each run at a time.</remarks>
    public long Write(string output)
    {
        string[] files = [.. Runs.Where(r => r.Joined).Select(r => r.File ?? throw new InvalidOperationException(
            $"Run {r.Number} has no file any more, of which the soup could be made. Train the soup into a folder that stays."))];
        return CheckpointMixture.Combine(files, [.. files.Select(_ => 1.0 / files.Length)], output);
    }
}
