using System.CommandLine;
using WiseFt.Onnx;

namespace WiseFt.Tool;

/// <summary><c>wiseft export</c>: a classifier as an ONNX file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Option<double?> alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]", "the model's own");
        Option<string> onnx = new("--onnx") { Description = "The ONNX file.", Required = true, HelpName = "FILE.onnx" };
        Option<bool> overwrite = Destination.Overwrite();
        OptionSet<OnnxExportOptions> options = new OptionSet<OnnxExportOptions>(new())
            .Choice(
                "--input",
                "What the graph takes: pixels (float32, normalised) or rgb-bytes (uint8 images of any size; " +
                "resize and normalisation are in the graph).",
                o => o.ImageInput, (o, input) => o with { ImageInput = input },
                ("pixels", OnnxImageInput.Pixels), ("rgb-bytes", OnnxImageInput.RgbBytes))
            .Choice(
                "--precision", "Type of the weights and of the arithmetic.",
                o => o.Precision, (o, precision) => o with { Precision = precision },
                ("float32", OnnxPrecision.Float32), ("float16", OnnxPrecision.Float16));
        var command = new ToolCommand(
            "export", "Write a classifier, mixed, as an ONNX file: images in, class probabilities out.",
            "wiseft export --model out --alpha 0.5 --onnx model.onnx", "Preprocessing and names are described in docs/onnx.md.");
        var model = new ClassifierFlags(command);
        foreach (Option flag in new Option[] { alpha, onnx, overwrite }) command.Options.Add(flag);
        command.Add(options);
        model.AddRest(command);
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                ClassifierSource source = model.Read(parsed);
                string output = Destination.OfFile(
                    onnx.Name, parsed.GetRequiredValue(onnx), ".onnx", parsed.GetValue(overwrite), OnnxExporter.IsOwn, source.Inputs);
                return Run(source, parsed.GetValue(alpha), output, options.Read(parsed), cancel);
            },
            cancel));
        return command;
    }

    private static int Run(ClassifierSource model, double? alpha, string onnx, OnnxExportOptions options, CancellationToken cancel)
    {
        using ImageClassifier mixture = model.LoadMixture(alpha, cancel);
        OnnxExporter.Export(mixture, onnx, options);
        Console.Out.WriteLine(
            FormattableString.Invariant($"Wrote {onnx}: {mixture.ClassNames.Count} classes, {new FileInfo(onnx).Length / 1e6:0.0} MB."));
        return 0;
    }
}
