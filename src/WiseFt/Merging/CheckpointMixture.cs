using WiseFt.Files;
using WiseFt.Tensors;

namespace WiseFt.Merging;

/// <summary>Mixtures of checkpoints on disk, written tensor by tensor:
/// what is in memory is one tensor of each checkpoint, however large they are.</summary>
public static class CheckpointMixture
{
    /// <summary>Writes the WiSE-FT mixture of two checkpoints.</summary>
    /// <param name="zeroShot">The checkpoint at alpha 0: safetensors, or what <c>torch.save</c> wrote.</param>
    /// <param name="fineTuned">The checkpoint at alpha 1, with the same names, shapes and types.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1].</param>
    /// <param name="output">A safetensors file, which appears whole or not at all.</param>
    /// <returns>How many numbers it has.</returns>
    /// <inheritdoc cref="Combine"/>
    public static long Interpolate(string zeroShot, string fineTuned, double alpha, string output) =>
        Write(WeightedSum.Mixture(alpha), [zeroShot, fineTuned], [WeightSpace.ZeroShotName, WeightSpace.FineTunedName], output);

    /// <summary>Writes the mixture of any number of checkpoints: <see cref="WeightSpace.Combine"/> for files.</summary>
    /// <param name="checkpoints">At least one file: safetensors, or what <c>torch.save</c> wrote;
    /// all with the same names, shapes and types.</param>
    /// <param name="shares">One for each, in [0, 1], with the sum 1.</param>
    /// <param name="output">A safetensors file, which appears whole or not at all. The first checkpoint's metadata goes with it.</param>
    /// <returns>How many numbers it has.</returns>
    /// <exception cref="ArgumentException">There is no checkpoint, another number of shares, or their sum is not 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share or alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">A file is of no known format, or damaged.</exception>
    public static long Combine(IReadOnlyList<string> checkpoints, IReadOnlyList<double> shares, string output) =>
        Write(WeightedSum.Of(Check.NotEmpty(checkpoints).Count, shares), checkpoints, checkpoints, output);

    private static long Write(IMergeMethod method, IReadOnlyList<string> checkpoints, IReadOnlyList<string> names, string output)
    {
        Check.NotBlank(output);
        var files = new List<ITensorFile>(checkpoints.Count);
        try
        {
            foreach (string checkpoint in checkpoints) files.Add(TensorFile.Open(checkpoint));
            var engine = new MergeEngine(method, [.. files.Zip(names, (file, name) => new MergeModel(name, file))]);
            return engine.WriteTo(output, (files[0] as SafetensorsFile)?.Metadata);
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }
}
