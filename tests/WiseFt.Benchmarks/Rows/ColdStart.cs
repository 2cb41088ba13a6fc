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
        string tool = Path.Combine(AppContext.BaseDirectory, "WiseFt.Tool.dll"), folder = inputs.File("trained");
        Start(
            tool, "train", "--model", inputs.ModelPath, "--train", inputs.Labelled.Folder(), "--mode", "linear", "--epochs", "1",
            "--templates", "simple", "--output", folder);
        Measurement times = Alternation.Seconds(
            "wiseft predict IMAGE : load libtorch and the weights", inputs.Settings.Repetitions,
            () => Start(tool, "predict", "--model", folder, inputs.ImagePaths[0]),
            () => Start(typeof(ColdStart).Assembly.Location, ChildCommand, Path.Combine(folder, Mixture)));
        yield return times with { ByProcessorTime = null }; // of the children it is not known
    }

    /// <summary>What the child does.</summary>
    public static unsafe int Load(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        using Tensor memory = empty(length, dtype: ScalarType.Byte);
        fixed (byte* start = &MemoryMarshal.GetReference(memory.bytes))
            for (long offset = 0; offset < length;)
                offset += RandomAccess.Read(file, new Span<byte>(start + offset, (int)Math.Min(1 << 30, length - offset)), offset);
        return 0;
    }

    private static string Folder(this LabelledImages images) =>
        Path.GetDirectoryName(Path.GetDirectoryName(images.Images[0].Name))!;

    private static void Start(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{arguments[0]} ended with {process.ExitCode}: {errors}");
    }
}
