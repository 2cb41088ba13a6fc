using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>What an alpha sweep evaluates. Immutable; vary with <c>with</c>.</summary>
public sealed record AlphaSweepOptions
{
    /// <summary>Mixing coefficients in [0, 1]; duplicates count once. Default 0 to 1 in steps of 0.1, the paper's.</summary>
    public ImmutableArray<double> Alphas
    {
        get;
        init => field = [.. Check.NotEmpty(value.IsDefault ? [] : value, nameof(Alphas))
            .Select(alpha => MixingCoefficient.Checked(alpha)).Distinct().Order()];
    } = AlphaGrid.Tenths;

    /// <summary>Whether the output-space ensembles of the end points are evaluated too. Default false.</summary>
    /// <value>True needs 0 and 1 among the alphas; it costs no forward pass, only a softmax for each alpha.</value>
    public bool OutputEnsembles { get; init; }

    /// <summary>What the encoder's products are computed in. Default float32: accuracies are the paper's to the image.</summary>
    public Precision Precision { get; init => field = Check.Defined(value); }
}
