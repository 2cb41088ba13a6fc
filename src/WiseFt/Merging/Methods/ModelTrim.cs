using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>What TIES needs to know of whole models: the threshold of each, below which its entries are dropped, and the sign that most
/// entries elect.</summary>
/// <remarks>The threshold is the magnitude of rank int(density * all), so that entries equal to it all stay; prateeky2806/ties-merging
/// takes the next rank. It is found exactly in two passes over the models, the sign in a third; of each model one tensor is in memory.
/// </remarks>
internal sealed class ModelTrim
{
    /// <summary>The part of the entries that the paper keeps.</summary>
    public const double Density = 0.2;

    private readonly uint[] _thresholds; // bits of magnitudes, one for each model

    private ModelTrim(uint[] thresholds) => _thresholds = thresholds;

    /// <summary>The sign that entries get whose sum over the models is zero: 1 or -1.</summary>
    public int Majority { get; private set; } = 1;

    /// <summary>Measures models.</summary>
    /// <param name="settings">Their densities and weights.</param>
    /// <param name="models">The base and the models.</param>
    /// <param name="names">The tensors that are merged; those of integers do not count.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">A model's density is not the same for all tensors.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ModelTrim Measure(
        MergeSettings settings, IReadOnlyList<MergeModel> models, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        string[] merged = [.. names.Where(name => models[0].Tensors[name].IsFloat)];
        long entries = merged.Sum(name => models[0].Tensors[name].ElementCount);
        if (entries == 0) return new ModelTrim(new uint[models.Count - 1]);
        MagnitudeSelection[] selections = [.. models.Skip(1).Select(_ => new MagnitudeSelection())];
        Count();
        for (int i = 0; i < selections.Length; i++) selections[i].Narrow(MagnitudeRanks.Count(DensityOf(settings, i, merged), entries));
        Count();
        var trim = new ModelTrim([.. selections.Select(s => s.Find().Bits)]);
        long majority = 0;
        ForEach(models, merged, (name, taskVectors) => majority += trim.Elect(settings.Weights(name, false), taskVectors), cancellation);
        trim.Majority = majority >= 0 ? 1 : -1;
        return trim;

        void Count() => ForEach(
            models, merged, (_, taus) => Parallel.For(0, selections.Length, i => selections[i].Count(taus[i])), cancellation);
    }

    /// <summary>Drops entries below a model's threshold.</summary>
    /// <param name="model">The model's place, without the base.</param>
    /// <param name="taskVector">Float32, contiguous, on the CPU; it is changed.</param>
    public void Apply(int model, Tensor taskVector)
    {
        uint threshold = _thresholds[model];
        var numbers = new FloatElements(taskVector);
        numbers.InParallel((start, count) =>
        {
            foreach (ref float number in numbers.Span(start, count))
                if (MagnitudeSelection.Bits(number) < threshold) number = 0;
        });
    }

    private long Elect(double[] weights, Tensor[] taskVectors)
    {
        for (int i = 0; i < taskVectors.Length; i++) Apply(i, taskVectors[i]);
        return SignElection.Majority(taskVectors, weights);
    }

    private static void ForEach(
        IReadOnlyList<MergeModel> models, string[] names, Action<string, Tensor[]> work, CancellationToken cancellation)
    {
        using IDisposable grad = no_grad();
        foreach (string name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            work(name, TaskVectorMerge.TaskVectors(name, models));
        }
    }

    private static double DensityOf(MergeSettings settings, int model, string[] names)
    {
        double density = Of(names[0]);
        foreach (string name in names)
            if (Of(name) != density)
                throw new ArgumentException(FormattableString.Invariant(
                    $"ties with `trim: model` has one density for a whole model: found {density} for '{names[0]}' and {Of(name)} for ") +
                    $"'{name}'. Give one number, or `trim: tensor`.", nameof(settings));
        return density;

        double Of(string name) => settings.Of(model, p => p.Density, name, Density);
    }
}
