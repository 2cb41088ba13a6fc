using System.Globalization;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Weight-space ensembles: models made by arithmetic on the weights of others.</summary>
public static class WeightSpace
{
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
        using IDisposable grad = no_grad();
        var mixture = new List<KeyValuePair<string, Tensor>>(zeroShot.Count);
        try
        {
            foreach (var (name, theta0) in zeroShot)
                mixture.Add(KeyValuePair.Create(name, Mix(theta0, fineTuned[name], alpha).DetachFromDisposeScope()));
            return new Weights(mixture);
        }
        catch
        {
            mixture.ForEach(t => t.Value.Dispose());
            throw;
        }
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
        foreach (var (name, theta) in destination) MixInto(zeroShot[name], fineTuned[name], alpha, theta);
    }

    /// <summary>Throws unless both have the same names, shapes and types.</summary>
    internal static void RequireMixable(Weights zeroShot, Weights fineTuned)
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(fineTuned);
        string[] missing = [.. zeroShot.Keys.Where(k => !fineTuned.ContainsKey(k))];
        string[] unknown = [.. fineTuned.Keys.Where(k => !zeroShot.ContainsKey(k))];
        if (missing.Length + unknown.Length > 0)
            throw new WeightMismatchException(
                $"Cannot interpolate: {Name(missing)} of the {zeroShot.Count} zero-shot weights missing from the fine-tuned model, " +
                $"{Name(unknown)} of the fine-tuned model unknown to the zero-shot model. Both must have the same architecture and class list.");
        foreach (var (name, theta0) in zeroShot) RequireSameLayout(name, theta0, fineTuned[name]);
    }

    /// <summary>Whether two tensors of one layout hold the same numbers.</summary>
    internal static bool AreEqual(Tensor a, Tensor b)
    {
        using Tensor same = a.eq(b);
        using Tensor all = same.all();
        return all.item<bool>();
    }

    private static Tensor Mix(Tensor theta0, Tensor theta1, double alpha)
    {
        if (alpha == 0 || !theta0.is_floating_point()) return theta0.clone();
        if (alpha == 1) return theta1.clone();
        Tensor theta = empty_like(theta0);
        new MixtureKernel(alpha).Mix(theta0, theta1, theta);
        return theta;
    }

    private static void MixInto(Tensor theta0, Tensor theta1, double alpha, Tensor destination)
    {
        if (alpha == 0 || !theta0.is_floating_point()) destination.copy_(theta0);
        else if (alpha == 1) destination.copy_(theta1);
        else new MixtureKernel(alpha).Mix(theta0, theta1, destination);
    }

    private static void RequireSameLayout(string name, Tensor theta0, Tensor theta1)
    {
        if (!theta0.shape.AsSpan().SequenceEqual(theta1.shape))
            throw new WeightMismatchException(
                $"Cannot interpolate: '{name}' is {Shape(theta0)} in the zero-shot model and {Shape(theta1)} in the fine-tuned model. " +
                "Both must have the same architecture and class list.");
        if (theta0.dtype != theta1.dtype)
            throw new WeightMismatchException(
                $"Cannot interpolate: '{name}' is {theta0.dtype} in the zero-shot model and {theta1.dtype} in the fine-tuned model. " +
                "Convert one of them first.");
    }

    private static string Name(string[] names) => names.Length == 0
        ? "none"
        : string.Create(CultureInfo.InvariantCulture, $"{names.Length} (first: {string.Join(", ", names.Take(3))})");

    private static string Shape(Tensor tensor) => "(" + string.Join(", ", tensor.shape) + ")";
}
