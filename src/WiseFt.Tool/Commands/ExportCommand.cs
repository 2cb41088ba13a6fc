using System.CommandLine;
using WiseFt.ML;
using WiseFt.Onnx;

namespace WiseFt.Tool;

/// <summary><c>wiseft export</c>: a trained model as an ONNX file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo> model = SharedOptions.TrainedModel();
        Option<double?> alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1] (default: the one the model was trained with).");
        Option<FileInfo> onnx = new("--onnx") { Description = "The ONNX file.", Required = true, HelpName = "FILE" };
        Option<string> input = new("--input")
        {
            Description = "What the graph takes: pixels (float32, normalised) or rgb-bytes (uint8 images of any size; resize and normalisation are in the graph).",
            DefaultValueFactory = _ => "pixels",
        };
        Option<string> precision = new("--precision") { Description = "Type of the weights and of the arithmetic: fp32 or fp16.", DefaultValueFactory = _ => "fp32" };
        input.AcceptOnlyFromAmong("pixels", "rgb-bytes");
        precision.AcceptOnlyFromAmong("fp32", "fp16");
        var command = new ToolCommand(
            "export", "Write a trained model, mixed, as an ONNX file: images in, class probabilities out.",
            "wiseft export --model out --alpha 0.5 --onnx model.onnx", "Preprocessing and names are described in docs/onnx.md.")
        {
            model, alpha, onnx, input, precision,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                parsed.GetRequiredValue(model).FullName, parsed.GetValue(alpha), parsed.GetRequiredValue(onnx).FullName,
                new OnnxExportOptions
                {
                    ImageInput = parsed.GetValue(input) == "rgb-bytes" ? OnnxImageInput.RgbBytes : OnnxImageInput.Pixels,
                    Precision = parsed.GetValue(precision) == "fp16" ? OnnxPrecision.Fp16 : OnnxPrecision.Fp32,
                }),
            cancel));
        return command;
    }

    private static int Run(string model, double? alpha, string onnx, OnnxExportOptions options)
    {
        using TrainedModel trained = TrainedModel.Load(model);
        using ImageClassifier mixture = trained.Mix(alpha);
        OnnxExporter.Export(mixture, onnx, options);
        Console.Out.WriteLine(FormattableString.Invariant($"Wrote {onnx}: {mixture.ClassNames.Count} classes, {new FileInfo(onnx).Length / 1e6:0.0} MB."));
        return 0;
    }
}
