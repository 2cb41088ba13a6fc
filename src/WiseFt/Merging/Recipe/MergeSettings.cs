using System.Globalization;

namespace WiseFt.Merging;

/// <summary>The numbers of a merge for each tensor: a model's own, else the recipe's, else the method's default.</summary>
/// <param name="All">The recipe's.</param>
/// <param name="Models">Each model's own, without the base's.</param>
/// <param name="Layout">Where the tensors are in the model.</param>
internal sealed record MergeSettings(MergeParameters All, IReadOnlyList<MergeParameters> Models, BlockLayout Layout)
{
    /// <summary>A number of a model for a tensor.</summary>
    public double Of(int model, Func<MergeParameters, MergeValue?> parameter, string tensor, double otherwise) =>
        parameter(Models[model])?.At(tensor, Layout.Depth(tensor)) ?? Of(parameter, tensor) ?? otherwise;

    /// <summary>A number for a tensor; null where it is not given.</summary>
    public double? Of(Func<MergeParameters, MergeValue?> parameter, string tensor) =>
        parameter(All)?.At(tensor, Layout.Depth(tensor));

    /// <summary>The models' weights for a tensor, default 1.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="normalize">Whether they are divided by their sum.</param>
    /// <exception cref="ArgumentException">They have the sum 0, by which nothing can be divided.</exception>
    public double[] Weights(string tensor, bool normalize)
    {
        double[] weights = [.. Enumerable.Range(0, Models.Count).Select(i => Of(i, p => p.Weight, tensor, 1))];
        double sum = weights.Sum();
        if (!normalize || sum == 1) return weights;
        if (Math.Abs(sum) < 1e-8)
            throw new ArgumentException(
                $"The weights of '{tensor}' are {string.Join(", ", weights.Select(Text))}, with the sum {Text(sum)}, by which they " +
                "cannot be divided. Give other weights, or `normalize: false`.", nameof(tensor));
        return [.. weights.Select(w => w / sum)];
    }

    /// <summary>What the merged task vector of a tensor is multiplied by. Default 1.</summary>
    public double Lambda(string tensor) => Of(p => p.Lambda, tensor) ?? 1;

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
