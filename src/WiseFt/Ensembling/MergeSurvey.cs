using System.Collections.Immutable;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>What a merge would do, group of tensors by group, before anything is written.</summary>
public sealed record MergeSurvey
{
    /// <summary>The models: what the columns of the groups are of.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>Blocks, and what lies outside of them, in the order of the names.</summary>
    public required ImmutableArray<MergeSurveyGroup> Groups { get; init; }

    /// <summary>What the user should know before merging, one sentence each.</summary>
    public required ImmutableArray<string> Notes { get; init; }
}

/// <summary>Tensors of one block, or of one module outside of the blocks.</summary>
public sealed record MergeSurveyGroup
{
    /// <summary>The block's or the module's name.</summary>
    public required string Name { get; init; }

    /// <summary>How many tensors it has.</summary>
    public required int Tensors { get; init; }

    /// <summary>How many numbers they have.</summary>
    public required long Count { get; init; }

    /// <summary>Whether they stay as the base has them.</summary>
    public required bool IsKept { get; init; }

    /// <summary>The least and the largest coefficient of each model among the tensors: what it, or its task vector where the method
    /// changes that, is multiplied by.</summary>
    public required ImmutableArray<(double Least, double Most)> Coefficients { get; init; }

    /// <summary>Length of each model's task vector, Euclidean; of the model itself where there is no base.</summary>
    public required ImmutableArray<double> Norms { get; init; }

    /// <summary>Mean cosine of the angle between two task vectors, or two models where there is no base; of one model its cosine with the
    /// base. In [-1, 1].</summary>
    public required double Cosine { get; init; }
}
