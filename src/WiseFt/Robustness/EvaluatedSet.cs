using System.Collections.Immutable;

namespace WiseFt;

/// <summary>A test set in a report.</summary>
/// <param name="Name">"reference", or the distribution shift's name.</param>
/// <param name="Labels">Index of each image's class.</param>
/// <param name="Images">Each image's name: its path, where it came from a file.</param>
public sealed record EvaluatedSet(string Name, ImmutableArray<int> Labels, ImmutableArray<string> Images)
{
    /// <summary>How many images it has.</summary>
    public int Count => Labels.Length;
}
