using System.Globalization;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Weight-space ensembles: models made by arithmetic on the weights of others.</summary>
public static class WeightSpace
{
    private const double ShareTolerance = 1e-9;

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
    public static Weights Interpolate(Weights zeroShot, Weights fineTuned, double alpha)
    {
        RequireMixable(zeroShot, fineTuned);
        Check.InRange(alpha, 0.0, 1.0);
        return Mix(zeroShot, (name, theta0) => CombineTensors([theta0, fineTuned[name]], [1 - alpha, alpha]));
    }

    /// <summary>The mixture of any number of models, theta = sum over i of share_i * theta_i, name by name, in one pass.</summary>
    /// <param name="models">At least one; all with the same names, shapes and types.</param>
    /// <param name="shares">One for each model, each in [0, 1], with the sum 1 (up to 1e-9): equal shares give the uniform average of a model soup.</param>
    /// <returns>New weights. Floating-point tensors are computed in float64 and rounded once to their own type; integers and booleans come from the first model.</returns>
    /// <exception cref="ArgumentException">There is no model, another number of shares, or their sum is not 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share is NaN or outside [0, 1].</exception>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    /// <remarks>With two models it is <see cref="Interpolate"/>, bit for bit. Source of averages of more: Wortsman et al., Model soups (arXiv 2203.05482).</remarks>
    public static Weights Combine(IReadOnlyList<Weights> models, IReadOnlyList<double> shares)
    {
        RequireShares(Check.NotEmpty(models).Count, shares);
        for (int i = 1; i < models.Count; i++) RequireMixable(models[0], models[i], "first model", FormattableString.Invariant($"model {i + 1}"));
        return Mix(models[0], (name, _) => CombineTensors([.. models.Select(m => m[name])], shares));
    }

    /// <summary>Writes the mixture into tensors that exist already, such as the parameters of a live model.</summary>
    /// <param name="zeroShot">The weights at alpha 0.</param>
    /// <param name="fineTuned">The weights at alpha 1.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1].</param>
    /// <param name="destination">Which weights to mix, by name, and where to write them: all or some of the models'.</param>
    /// <inheritdoc cref="Interpolate"/>
    internal static void InterpolateInto(Weights zeroShot, Weights fineTuned, double alpha, IEnumerable<KeyValuePair<string, Tensor>> destination)
    {
        RequireMixable(zeroShot, fineTuned);
        Check.InRange(alpha, 0.0, 1.0);
        using IDisposable grad = no_grad();
        foreach (var (name, theta) in destination) CombineInto(theta, [zeroShot[name], fineTuned[name]], [1 - alpha, alpha]);
    }

    /// <summary>The mixture of tensors of one layout, one for each share.</summary>
    internal static Tensor CombineTensors(Tensor[] thetas, IReadOnlyList<double> shares)
    {
        Tensor theta = empty_like(thetas[0]);
        CombineInto(theta, thetas, shares);
        return theta;
    }

    /// <summary>Throws unless there is a share in [0, 1] for each model, and their sum is 1.</summary>
    internal static void RequireShares(int models, IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count != models) throw new ArgumentException($"There are {shares.Count} shares and {models} models; expected one share for each.", nameof(shares));
        foreach (double share in shares) Check.InRange(share, 0.0, 1.0);
        if (!(Math.Abs(shares.Sum() - 1) <= ShareTolerance))
            throw new ArgumentException(FormattableString.Invariant($"The shares {string.Join(", ", shares.Select(s => s.ToString(CultureInfo.InvariantCulture)))} have the sum {shares.Sum()}; expected 1."), nameof(shares));
    }

    /// <summary>Throws unless both have the same names, shapes and types.</summary>
    internal static void RequireMixable(Weights zeroShot, Weights fineTuned, string zeroShotName = "zero-shot model", string fineTunedName = "fine-tuned model")
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(fineTuned);
        TensorMatch.RequireSame(TensorInfo.Of(zeroShot), TensorInfo.Of(fineTuned), zeroShotName, fineTunedName);
    }

    /// <summary>Whether two tensors of one layout hold the same numbers.</summary>
    internal static bool AreEqual(Tensor a, Tensor b)
    {
        using Tensor same = a.eq(b);
        using Tensor all = same.all();
        return all.item<bool>();
    }

    private static Weights Mix(Weights first, Func<string, Tensor, Tensor> mix)
    {
        using IDisposable grad = no_grad();
        return Weights.Make(first.Keys, name => mix(name, first[name]));
    }

    /// <summary>A model whose share is 1 is copied bit for bit; integers and booleans come from the first.</summary>
    private static void CombineInto(Tensor destination, Tensor[] thetas, IReadOnlyList<double> shares)
    {
        double[] parts = [.. shares];
        int only = thetas.Length == 1 || !destination.is_floating_point() ? 0 : Array.IndexOf(parts, 1);
        if (only >= 0) destination.copy_(thetas[only]);
        else new MixtureKernel(parts).Mix(destination, thetas);
    }
}
