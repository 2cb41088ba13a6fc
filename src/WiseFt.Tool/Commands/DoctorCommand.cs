using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary><c>wiseft doctor</c>: what works on this machine or in a model, what does not, and the fix.</summary>
internal static class DoctorCommand
{
    private const long LittleDisk = 2L << 30;

    public static Command Create()
    {
        Option<string?> model = new("--model") { Description = "A CLIP model to look at.", HelpName = "M" };
        OptionSet<ClipOverrides> overrides = SharedOptions.ModelFlags();
        var command = new ToolCommand("doctor", "What works on this machine (or in a model), what does not, and the fix.",
            "wiseft doctor --model openai/clip-vit-base-patch32") { model, overrides };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed.GetValue(model), overrides.Read(parsed)), cancel));
        return command;
    }

    private static int Run(string? model, ClipOverrides overrides)
    {
        List<Finding> findings = [Runtime(), .. Torch(), Cuda(), Images(), Disk()];
        Table table = new Table().Border(TableBorder.Simple).AddColumn("").AddColumn("what").AddColumn("found").AddColumn("fix");
        foreach (Finding f in findings)
            table.AddRow(f.IsGood ? "[green]ok[/]" : "[red]no[/]", Markup.Escape(f.What), Markup.Escape(f.Found), Markup.Escape(f.Fix));
        AnsiConsole.Write(table);
        if (model is not null) Console.Out.WriteLine(ModelInfo.Read(model, overrides));
        return findings.All(f => f.IsGood) ? 0 : ToolCommand.BadInput;
    }

    private static Finding Runtime() => new(
        true, ".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} " +
            $"({RuntimeInformation.RuntimeIdentifier}), {Environment.ProcessorCount} processors");

    private static Finding[] Torch()
    {
        try
        {
            using Tensor one = ones(1);
            return [new Finding(true, "libtorch", $"{one.dtype} arithmetic works, {get_num_threads()} threads"), Products()];
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            return
            [
                new Finding(
                    false, "libtorch", (e.InnerException ?? e).Message.Split('\n')[0],
                    "Reference TorchSharp-cpu (or -cuda-*) for this platform. " +
                    "On Linux with an older libstdc++ reference the WiseFt package: its build targets remove the need of GLIBCXX_3.4.32."),
            ];
        }
    }

    private static Finding Products()
    {
        IReadOnlyList<ProductError> errors = ProductCheck.Run();
        ProductError[] wrong = [.. errors.Where(e => !e.IsRounding)];
        return wrong.Length == 0
            ? new Finding(true, "products", string.Create(
                CultureInfo.InvariantCulture,
                $"{errors.Count} operations and their gradients right in float32 (to {errors.Max(e => e.Float32):0e+0}) " +
                $"and bfloat16 (to {errors.Max(e => e.BFloat16):0.000}), " +
                $"linear layers by {(OneDnn.IsUsed ? "oneDNN" : "libtorch's choice")}"))
            : new Finding(
                false, "products", "wrong on this processor: " + string.Join("; ", wrong.Select(e => e.Operation)),
                "Compute in float32, the default; where that is wrong too, elsewhere. Report this processor: its kernels are new here.");
    }

    private static Finding Cuda() => cuda.is_available()
        ? new Finding(true, "GPU", $"{cuda.device_count()} CUDA devices")
        : new Finding(
            true, "GPU", "none in use: this build computes on the CPU", "For a GPU build with -p:TorchBackend=cuda-linux or cuda-windows.");

    private static Finding Images()
    {
        byte[] dot = Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        RgbImage image = ImageSource.FromBytes(dot, "a built-in PNG").Decode();
        return new Finding(image.Width == 1, "image decoding", "PNG, JPEG, GIF, BMP, WebP");
    }

    private static Finding Disk()
    {
        var drive = new DriveInfo(Path.GetTempPath());
        string free = string.Create(CultureInfo.InvariantCulture, $"{drive.AvailableFreeSpace / 1e9:0.0} GB free in {Path.GetTempPath()}");
        return drive.AvailableFreeSpace > LittleDisk
            ? new Finding(true, "temporary files", free)
            : new Finding(
                false, "temporary files", free,
                "Saving and loading a model needs twice its size there: free space, or set TMPDIR (TEMP on Windows) to another disk.");
    }

    private sealed record Finding(bool IsGood, string What, string Found, string Fix = "");
}
