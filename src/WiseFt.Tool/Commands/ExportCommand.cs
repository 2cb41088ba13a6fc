using System.CommandLine;
using WiseFt.Onnx;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary><c>wiseft export</c>: a trained model as an ONNX file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo> model = SharedOptions.TrainedModel();
        Option<double?> alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]", "the one the model was trained with");
        Option<FileInfo> onnx = new("--onnx") { Description = "The ONNX file.", Required = true, HelpName = "FILE" };
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
            "export", "Write a trained model, mixed, as an ONNX file: images in, class probabilities out.",
            "wiseft export --model out --alpha 0.5 --onnx model.onnx", "Preprocessing and names are described in docs/onnx.md.")
        {
            model, alpha, onnx, options,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                parsed.GetRequiredValue(model).FullName, parsed.GetValue(alpha), parsed.GetRequiredValue(onnx).FullName,
                options.Read(parsed)),
            cancel));
        return command;
    }

    private static int Run(string model, double? alpha, string onnx, OnnxExportOptions options)
    {
        using ImageClassifier mixture = TrainedModel.LoadMixture(model, alpha);
        OnnxExporter.Export(mixture, onnx, options);
        Console.Out.WriteLine(
            FormattableString.Invariant($"Wrote {onnx}: {mixture.ClassNames.Count} classes, {new FileInfo(onnx).Length / 1e6:0.0} MB."));
        return 0;
    }
}
