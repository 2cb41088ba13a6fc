using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>A command from the shell to its answer, beside a program that loads libtorch and the weights and does nothing with them.
/// </summary>
internal static class ColdStart
{
    /// <summary>The argument that makes this program the bare one.</summary>
    public const string ChildCommand = "load-only";

    private const string Mixture = "wiseft.safetensors";

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        string folder = inputs.File("trained");
        Child.Run(Tool(
            "train", "--model", inputs.ModelPath, "--train", inputs.ImagesFolder, "--mode", "linear", "--epochs", "1",
            "--templates", "simple", "--output", folder));
        Measurement times = Alternation.Seconds(
            "wiseft predict IMAGE : load libtorch and the weights", inputs.Settings.Repetitions,
            () => Child.Run(Tool("predict", "--model", folder, inputs.ImagePaths[0])),
            () => Child.Run(Child.OfThisProgram(ChildCommand, Path.Combine(folder, Mixture))));
        yield return times with { ByProcessorTime = null }; // of the children it is not known
    }

    /// <summary>What the child does.</summary>
    public static unsafe int Load(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        using Tensor memory = empty(length, dtype: ScalarType.Byte);
        fixed (byte* start = &MemoryMarshal.GetReference(memory.bytes)) Loading.Read(file, start, length);
        return 0;
    }

    private static ProcessStartInfo Tool(params string[] arguments) => Child.Of("WiseFt.Tool.dll", arguments);
}
