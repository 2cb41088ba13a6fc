namespace WiseFt.Merging;

/// <summary>A recipe's method with its numbers, ready to merge.</summary>
internal static class MergeMethods
{
    /// <summary>Makes a method that needs no images: those that do are chosen, weighted or measured before.</summary>
    /// <param name="method">The method.</param>
    /// <param name="settings">Its numbers.</param>
    /// <param name="models">The models, the base's first where there is one.</param>
    /// <param name="hasBase">Whether there is.</param>
    /// <exception cref="ArgumentException">A number is missing.</exception>
    public static IMergeMethod Create(MergeMethod method, MergeSettings settings, IReadOnlyList<MergeModel> models, bool hasBase) =>
        method switch
        {
            MergeMethod.Linear or MergeMethod.UniformSoup => new CoefficientMerge(new Linear(settings)),
            MergeMethod.Slerp => new CoefficientMerge(new Slerp(settings)),
            MergeMethod.NuSlerp => new CoefficientMerge(new NuSlerp(settings, hasBase)),
            MergeMethod.TaskArithmetic => new CoefficientMerge(new TaskArithmetic(settings)),
            MergeMethod.ModelStock => new CoefficientMerge(new ModelStock(settings)),
            MergeMethod.Lines => new CoefficientMerge(new Lines(settings, Lines.NormRatio(models.Count - 1))),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, $"The method {method} needs images."),
        };
}
