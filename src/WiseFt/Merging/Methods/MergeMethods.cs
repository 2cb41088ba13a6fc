namespace WiseFt.Merging;

/// <summary>A recipe's method with its numbers, ready to merge.</summary>
internal static class MergeMethods
{
    /// <summary>Makes a method that needs no images: those that do are chosen, weighted or measured before.</summary>
    /// <param name="method">The method.</param>
    /// <param name="settings">Its numbers.</param>
    /// <param name="models">The models, the base's first where there is one.</param>
    /// <param name="hasBase">Whether there is.</param>
    /// <param name="names">The tensors that are merged, by which whole models are measured: TIES with <see cref="MergeTrim.Model"/> reads
    /// them three times before it merges the first. Null for all of the first model's.</param>
    /// <param name="cancellation">Stops that, and later the steps of WUDI.</param>
    public static IMergeMethod Create(
        MergeMethod method,
        MergeSettings settings,
        IReadOnlyList<MergeModel> models,
        bool hasBase,
        IReadOnlyCollection<string>? names = null,
        CancellationToken cancellation = default)
    {
        return method switch
        {
            MergeMethod.Linear or MergeMethod.UniformSoup => new CoefficientMerge(new Linear(settings)),
            MergeMethod.Slerp => new CoefficientMerge(new Slerp(settings)),
            MergeMethod.NuSlerp => new CoefficientMerge(new NuSlerp(settings, hasBase)),
            MergeMethod.TaskArithmetic => new CoefficientMerge(new TaskArithmetic(settings)),
            MergeMethod.ModelStock => new CoefficientMerge(new ModelStock(settings)),
            MergeMethod.Lines => new CoefficientMerge(new Lines(settings, Lines.NormRatio(models.Count - 1))),
            MergeMethod.Ties => TaskVectors(new Ties(settings, Trim())),
            MergeMethod.DareLinear => TaskVectors(new Dare(settings, elect: false)),
            MergeMethod.DareTies => TaskVectors(new Dare(settings, elect: true)),
            MergeMethod.Della => TaskVectors(new Della(settings)),
            MergeMethod.Breadcrumbs => TaskVectors(new Breadcrumbs(settings)),
            MergeMethod.IsoC => TaskVectors(new IsoC(settings)),
            MergeMethod.TsvM => TaskVectors(new TsvM(settings)),
            MergeMethod.Wudi => TaskVectors(new Wudi(settings, cancellation)),
            MergeMethod.MonoSoup => TaskVectors(new MonoSoup(settings)),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, $"The method {method} needs images."),
        };

        TaskVectorMerge TaskVectors(ITaskVectorMethod merging) => new(merging, settings);

        Lazy<ModelTrim>? Trim() => settings.All.Trim == MergeTrim.Model
            ? new(() => ModelTrim.Measure(settings, models, names ?? [.. models[0].Tensors.Keys], cancellation))
            : null;
    }
}
