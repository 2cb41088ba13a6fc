using TorchSharp;
using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Mixtures of checkpoints on disk, written tensor by tensor: what is in memory is one tensor of each checkpoint, however large they are.</summary>
public static class CheckpointMixture
{
    /// <summary>Writes the WiSE-FT mixture of two checkpoints.</summary>
    /// <param name="zeroShot">The checkpoint at alpha 0: safetensors, or what <c>torch.save</c> wrote.</param>
    /// <param name="fineTuned">The checkpoint at alpha 1, with the same names, shapes and types.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1].</param>
    /// <param name="output">A safetensors file, which appears whole or not at all.</param>
    /// <returns>How many numbers it has.</returns>
    /// <inheritdoc cref="Combine"/>
    public static long Interpolate(string zeroShot, string fineTuned, double alpha, string output)
    {
        Check.InRange(alpha, 0.0, 1.0);
        return Write([zeroShot, fineTuned], [1 - alpha, alpha], ["zero-shot model", "fine-tuned model"], output);
    }

    /// <summary>Writes the mixture of any number of checkpoints: <see cref="WeightSpace.Combine"/> for files.</summary>
    /// <param name="checkpoints">At least one file: safetensors, or what <c>torch.save</c> wrote; all with the same names, shapes and types.</param>
    /// <param name="shares">One for each, in [0, 1], with the sum 1.</param>
    /// <param name="output">A safetensors file, which appears whole or not at all. The first checkpoint's metadata goes with it.</param>
    /// <returns>How many numbers it has.</returns>
    /// <exception cref="ArgumentException">There is no checkpoint, another number of shares, or their sum is not 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share or alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">A file is of no known format, or damaged.</exception>
    public static long Combine(IReadOnlyList<string> checkpoints, IReadOnlyList<double> shares, string output)
    {
        WeightSpace.RequireShares(Check.NotEmpty(checkpoints).Count, shares);
        return Write(checkpoints, shares, checkpoints, output);
    }

    private static long Write(IReadOnlyList<string> checkpoints, IReadOnlyList<double> shares, IReadOnlyList<string> names, string output)
    {
        Check.NotBlank(output);
        var files = new List<ITensorFile>(checkpoints.Count);
        try
        {
            foreach (string checkpoint in checkpoints) files.Add(TensorFile.Open(checkpoint));
            for (int i = 1; i < files.Count; i++) TensorMatch.RequireSame(files[0].Tensors, files[i].Tensors, names[0], names[i]);
            AtomicFile.Write(output, stream => SafetensorsFile.Write(
                stream, files[0].Tensors.Values, name => Mix(files, name, shares), (files[0] as SafetensorsFile)?.Metadata));
            return files[0].Tensors.Values.Sum(t => t.ElementCount);
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    private static Tensor Mix(List<ITensorFile> files, string name, IReadOnlyList<double> shares)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        return WeightSpace.CombineTensors([.. files.Select(f => f.Read(name))], shares).MoveToOuterDisposeScope();
    }
}
