using System.Collections.Immutable;

namespace WiseFt.Fuzzing;

/// <summary>Every reader of files that others made.</summary>
internal static class FuzzTargets
{
    public static ImmutableArray<FuzzTarget> All { get; } = [
        .. CheckpointTargets.All, .. ConfigurationTargets.All, .. ImageTargets.All, .. DatasetTargets.All, .. ModelTargets.All];

    /// <summary>The target of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static FuzzTarget Named(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new ArgumentException(
            $"There is no target '{name}'; expected one of {string.Join(", ", All.Select(t => t.Name))}.", nameof(name));
}
