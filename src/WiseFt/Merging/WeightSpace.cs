using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Weight-space ensembles: models made by arithmetic on the weights of others.</summary>
public static class WeightSpace
{
    internal const string ZeroShotName = "zero-shot model", FineTunedName = "fine-tuned model";

    /// <summary>The WiSE-FT mixture theta = (1 - alpha) * zero-shot + alpha * fine-tuned, name by name.</summary>
    /// <param name="zeroShot">Weights of the zero-shot model.</param>
    /// <param name="fineTuned">Weights of the fine-tuned model: the same names, shapes and types.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1]: 0 gives the zero-shot model, 1 the fine-tuned one, both bit for bit.</param>
    /// <returns>New weights. Floating-point tensors are computed in float64 and rounded once to their own type; integers and booleans
    /// (counters such as batch norm's <c>num_batches_tracked</c>) come from the zero-shot model.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    /// <remarks>Source: the paper's equation 1; mlfoundations/wise-ft src/wise_ft.py <c>_merge</c>. Differs from it: shapes and types are
    /// compared too (it would broadcast), and integers stay integers (it turns them into floats).</remarks>
    public static Weights Interpolate(Weights zeroShot, Weights fineTuned, double alpha) => Mixture(zeroShot, fineTuned, alpha).ToWeights();

    /// <summary>The mixture of any number of models, theta = sum over i of share_i * theta_i, name by name, in one pass.</summary>
    /// <param name="models">At least one; all with the same names, shapes and types.</param>
    /// <param name="shares">One for each model, each in [0, 1], with the sum 1 (up to 1e-9):
    /// equal shares give the uniform average of a model soup.</param>
    /// <returns>New weights. Floating-point tensors are computed in float64 and rounded once to their own type;
    /// integers and booleans come from the first model.</returns>
    /// <exception cref="ArgumentException">There is no model, another number of shares, or their sum is not 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share is NaN or outside [0, 1].</exception>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    /// <remarks>With two models it is <see cref="Interpolate"/>, bit for bit. Source of averages of more:
    /// Wortsman et al., Model soups (arXiv 2203.05482).</remarks>
    public static Weights Combine(IReadOnlyList<Weights> models, IReadOnlyList<double> shares)
    {
        WeightedSum sum = WeightedSum.Of(Check.NotEmpty(models).Count, shares);
        MergeModel[] named = [.. models.Select((m, i) =>
            new MergeModel(i == 0 ? "first model" : FormattableString.Invariant($"model {i + 1}"), m))];
        return new MergeEngine(new CoefficientMerge(sum), named).ToWeights();
    }

    /// <summary>Writes the mixture into tensors that exist already, such as the parameters of a live model.</summary>
    /// <param name="zeroShot">The weights at alpha 0.</param>
    /// <param name="fineTuned">The weights at alpha 1.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1].</param>
    /// <param name="destination">Which weights to mix, by name, and where to write them: all or some of the models'.</param>
    /// <inheritdoc cref="Interpolate"/>
    internal static void InterpolateInto(
        Weights zeroShot, Weights fineTuned, double alpha, IEnumerable<KeyValuePair<string, Tensor>> destination) =>
        Mixture(zeroShot, fineTuned, alpha).WriteTo(destination);

    /// <summary>Throws unless both have the same names, shapes and types.</summary>
    internal static void RequireMixable(Weights zeroShot, Weights fineTuned) =>
        TensorMatch.RequireSame(TensorInfo.Of(zeroShot), TensorInfo.Of(fineTuned), ZeroShotName, FineTunedName);

    /// <summary>Whether two tensors of one type and shape hold the same numbers.</summary>
    internal static bool AreEqual(Tensor a, Tensor b)
    {
        using Tensor same = a.eq(b);
        using Tensor all = same.all();
        return all.item<bool>();
    }

    private static MergeEngine Mixture(Weights zeroShot, Weights fineTuned, double alpha)
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(fineTuned);
        return new MergeEngine(
            new CoefficientMerge(WeightedSum.Mixture(alpha)),
            new MergeModel(ZeroShotName, zeroShot), new MergeModel(FineTunedName, fineTuned));
    }
}
