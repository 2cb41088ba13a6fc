using Microsoft.ML;

namespace WiseFt.ML;

/// <summary>A classifier on the line between two models, as long as it has them.</summary>
internal interface IMixtureTransformer : IClassifierTransformer, IDisposable
{
    /// <summary>The mixing coefficient, in [0, 1].</summary>
    double Alpha { get; }

    /// <summary>The classes' names in the order of the scores.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Whether the two models are there.</summary>
    bool HasEndPoints { get; }

    /// <summary>The two models.</summary>
    /// <exception cref="InvalidOperationException">They are not there.</exception>
    Handle<EndPoints> RequireEndPoints();

    /// <summary>The same two models at another mixing coefficient, in a transformer of its own.</summary>
    IMixtureTransformer WithAlpha(double alpha);
}

/// <summary>Finds mixtures in models.</summary>
internal static class MixtureTransformers
{
    /// <summary>The mixture of a model.</summary>
    /// <exception cref="ArgumentException">There is none, or there are several.</exception>
    public static IMixtureTransformer FindIn(ITransformer model) =>
        FindIn<IMixtureTransformer>(model, "WiSE-FT transformers or weight ensembles");

    /// <summary>The transformer of a type in a model.</summary>
    /// <exception cref="ArgumentException">There is none, or there are several.</exception>
    public static T FindIn<T>(ITransformer model, string what)
    {
        ArgumentNullException.ThrowIfNull(model);
        ITransformer[] parts = [.. Chains.Flatten(model)];
        T[] found = [.. parts.OfType<T>()];
        return found.Length == 1 ? found[0] : throw new ArgumentException(
            $"The model has {found.Length} {what} among its {parts.Length} " +
            $"({string.Join(", ", parts.Select(p => p.GetType().Name))}); expected exactly one.",
            nameof(model));
    }
}
