using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Mixtures of checkpoints on disk, written tensor by tensor:
/// what is in memory is one tensor of each checkpoint, however large they are.</summary>
public static class CheckpointMixture
{
    /// <summary>Writes the WiSE-FT mixture of two checkpoints.</summary>
    /// <param name="zeroShot">The checkpoint at alpha 0: safetensors, what <c>torch.save</c> wrote, the folder of a model, or the index
    /// of several files.</param>
    /// <param name="fineTuned">The checkpoint at alpha 1, with the same weights: what a training script put before all names may differ.
    /// </param>
    /// <param name="alpha">Mixing coefficient in [0, 1].</param>
    /// <param name="output">A safetensors file, which appears whole or not at all.</param>
    /// <param name="options">Types and names; null for what fits the files.</param>
    /// <returns>How many numbers it has.</returns>
    /// <inheritdoc cref="Combine" path="/exception"/>
    public static long Interpolate(
        string zeroShot, string fineTuned, double alpha, string output, CheckpointMixtureOptions? options = null) =>
        Write(WeightedSum.Mixture(alpha), [zeroShot, fineTuned], [WeightSpace.ZeroShotName, WeightSpace.FineTunedName], output, options);

    /// <summary>Writes the mixture of any number of checkpoints: <see cref="WeightSpace.Combine"/> for files.</summary>
    /// <param name="checkpoints">At least one, as for <see cref="Interpolate"/>; all with the same weights.</param>
    /// <param name="shares">One for each, in [0, 1], with the sum 1.</param>
    /// <param name="output">A safetensors file, which appears whole or not at all. The first checkpoint's metadata goes with it.</param>
    /// <param name="options">Types and names; null for what fits the files.</param>
    /// <returns>How many numbers it has.</returns>
    /// <exception cref="ArgumentException">There is no checkpoint, another number of shares, or their sum is not 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share or alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="WeightMismatchException">Names or shapes differ, weights are quantised, or there are none.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">A file is of no known format, damaged, holds several models, or NaN.</exception>
    public static long Combine(
        IReadOnlyList<string> checkpoints, IReadOnlyList<double> shares, string output, CheckpointMixtureOptions? options = null) =>
        Write(WeightedSum.Of(Check.NotEmpty(checkpoints).Count, shares), checkpoints, checkpoints, output, options);

    private static long Write(
        WeightedSum sum, IReadOnlyList<string> checkpoints, IReadOnlyList<string> names, string output,
            CheckpointMixtureOptions? options)
    {
        Check.NotBlank(output);
        options ??= new CheckpointMixtureOptions();
        var files = new List<ITensorFile>(checkpoints.Count);
        try
        {
            foreach (string checkpoint in checkpoints) files.Add(TensorFile.OpenModel(checkpoint, options.StateDict));
            if (files.Find(f => f is TorchArchive && f.Tensors.Values.All(t => t.ElementCount <= 1)) is { } numbers)
                throw new WeightMismatchException(
                    $"{numbers.Path} has nothing but single numbers ({Listed.Counted([.. numbers.Tensors.Keys])}), which is no model. " +
                    "Use the file that holds its weights.");
            IReadOnlyDictionary<string, string>? metadata = (files[0] as SafetensorsFile)?.Metadata;
            // Names are looked into only where they differ: a file keeps its own as long as it can.
            if (files.Exists(f => !f.Tensors.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(files[0].Tensors.Keys)))
                for (int i = 0; i < files.Count; i++) files[i] = new PlainNames(files[i]);
            var engine = new MergeEngine(
                new CoefficientMerge(sum), new MergeTreatment { Precision = options.Precision },
                [.. files.Zip(names, (file, name) => new MergeModel(name, file))]);
            return engine.WriteTo(output, _ => metadata);
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }
}

/// <summary>How checkpoints are mixed. Immutable; vary with <c>with</c>.</summary>
public sealed record CheckpointMixtureOptions
{
    /// <summary>The type of the mixed numbers: float32, float16 or bfloat16. Null (the default): the type that all checkpoints have, and
    /// float32 where they differ. It is computed in float64 and rounded once.</summary>
    public ScalarType? Precision
    {
        get;
        init => field = value is null or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Precision), value, $"The precision is {value}; expected Float32, Float16 or " +
                "BFloat16.");
    }

    /// <summary>Which of several models in a file is wanted, as <see cref="ClipModel.Load"/> takes it. Null (the default): the one that is
    /// there.</summary>
    public string? StateDict { get; init; }
}
