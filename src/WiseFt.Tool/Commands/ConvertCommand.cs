using System.CommandLine;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Runs;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary><c>wiseft convert</c>: a mixed image encoder, with its text encoder, as other libraries read it.</summary>
internal static class ConvertCommand
{
    private static readonly Option<DirectoryInfo> _model = SharedOptions.TrainedModel();
    private static readonly Option<double?> _alpha = SharedOptions.Alpha(
        "Mixing coefficient in [0, 1]", "the one the model was trained with");
    private static readonly Option<string> _to = Setting.Choice(
        "--to", "Whose layout: huggingface (transformers), open-clip, or openai.", null, "huggingface", "open-clip", "openai");
    private static readonly Option<DirectoryInfo> _output = new("--output")
    {
        Description = "A new or empty folder.",
        Required = true,
        HelpName = "DIR",
    };
    private static readonly Option<string> _precision = Setting.Choice(
        "--precision", "Type of the stored numbers.", "float32", "float32", "float16", "bfloat16");
    private static readonly Option<string?> _clip = new("--clip")
    {
        Description = "The CLIP model it was trained from, for its text encoder (default: where training found it).",
        HelpName = "M",
    };

    public static Command Create()
    {
        _to.Required = true;
        var command = new ToolCommand(
            "convert", "Write a trained model's image encoder, mixed, as a CLIP model that other libraries load.",
            "wiseft convert --model out --alpha 0.5 --to huggingface --output out-hf",
            "The text encoder is the original one. The classification head is not part of a CLIP model and stays behind.")
        {
            _model, _alpha, _to, _output, _precision, _clip,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed), cancel));
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string output = parsed.GetRequiredValue(_output).FullName;
        using TrainedModel trained = TrainedModel.Load(parsed.GetRequiredValue(_model).FullName);
        string source = parsed.GetValue(_clip) ?? trained.TrainedWith.Model;
        using ClipModel original = OpenSource(source, trained.TrainedWith);
        SharedOptions.Assumed(original.Assumptions);
        double alpha = parsed.GetValue(_alpha) ?? trained.TrainedWith.Alpha;
        using Weights theta = WeightSpace.Interpolate(trained.ZeroShot.Weights, trained.FineTuned.Weights, alpha);
        using ClipModel mixed = original.WithVisualWeights(theta);
        mixed.Save(output, Layout(parsed.GetRequiredValue(_to)), Precision(parsed.GetRequiredValue(_precision)));
        Console.Out.WriteLine(
            FormattableString.Invariant($"Wrote {output}: the image encoder at alpha {alpha} with the text encoder of {source}."));
        return 0;
    }

    private static ClipModel OpenSource(string source, TrainedModel.Settings settings)
    {
        if (!File.Exists(source) && !Directory.Exists(source) && !HuggingFaceHub.IsModelName(source))
            throw new CheckpointException(
                $"{source}, from which the model was trained, is not there any more. Say with --clip M where the CLIP model is now.");
        if (TrainedModel.HashOf(source) is var hash && hash != settings.ModelSha256)
            throw new CheckpointException(
                $"{source} is not the model that training started from: " +
                $"its SHA-256 is {hash[..12]}…, that of training {settings.ModelSha256[..12]}…. Say with --clip M where the original is.");
        return ClipModel.Open(source, settings.Overrides, device: null);
    }

    private static CheckpointLayout Layout(string name) => name switch
    {
        "huggingface" => CheckpointLayout.HuggingFace,
        "open-clip" => CheckpointLayout.OpenClip,
        _ => CheckpointLayout.OpenAI,
    };

    private static ScalarType Precision(string name) => name switch
    {
        "float16" => ScalarType.Float16,
        "bfloat16" => ScalarType.BFloat16,
        _ => ScalarType.Float32,
    };
}
