using System.CommandLine;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Runs;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary><c>wiseft convert</c>: a CLIP model as other libraries read it, of a trained folder or of any checkpoint.</summary>
internal static class ConvertCommand
{
    private static readonly Option<string> _model = SharedOptions.Model(
        "The folder that `wiseft train` left, or any CLIP model: a folder, a file, or a name on the Hugging Face Hub.");
    private static readonly Option<double?> _alpha = SharedOptions.Alpha(
        "Mixing coefficient in [0, 1] of a trained folder", "the one the model was trained with");
    private static readonly Option<string> _to = Setting.Choice(
        "--to", "Whose layout: huggingface (transformers), open-clip, or openai.", null, "huggingface", "open-clip", "openai");
    private static readonly Option<string> _output = new("--output")
    {
        Description = "A new or empty folder.",
        Required = true,
        HelpName = "DIR",
    };
    private static readonly Option<string> _precision = Setting.Choice(
        "--precision", "Type of the stored numbers.", "float32", "float32", "float16", "bfloat16");
    private static readonly Option<string?> _clip = new("--clip")
    {
        Description = "The CLIP model that a trained folder was trained from, for its text encoder (default: where training found it).",
        HelpName = "M",
    };

    private static readonly OptionSet<ClipOverrides> _overrides = SharedOptions.ModelFlags();

    public static Command Create()
    {
        _to.Required = true;
        var command = new ToolCommand(
            "convert", "Write a trained model's image encoder, mixed, or any CLIP model in another layout or precision.",
            "wiseft convert --model out --alpha 0.5 --to huggingface --output out-hf",
            "The text encoder is the original one. The classification head is not part of a CLIP model and stays behind.\n" +
            "Any checkpoint: wiseft convert --model ViT-B-32.pt --to huggingface --precision float16 --output vit-b-32-hf")
        {
            _model, _alpha, _to, _output, _precision, _clip, _overrides,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed), cancel));
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string model = parsed.GetRequiredValue(_model), output = Path.GetFullPath(parsed.GetRequiredValue(_output));
        string trained = Path.GetFileName(model) == TrainedModel.PipelineZip ? Path.GetDirectoryName(Path.GetFullPath(model))! : model;
        if (TrainedModel.FindSettings(trained) is not null) return ConvertTrained(parsed, trained, output);
        if (parsed.GetValue(_alpha) is not null || parsed.GetValue(_clip) is not null)
            throw new UsageException($"--alpha and --clip are for what `wiseft train` left, and {model} is another model.");
        Mistake.RefuseOtherKinds(model);
        using ClipModel clip = ClipModel.Open(model, _overrides.Read(parsed), device: null);
        SharedOptions.Assumed(clip.Assumptions);
        Save(parsed, clip, output);
        Console.Out.WriteLine($"Wrote {output}: {model} in {parsed.GetRequiredValue(_precision)}.");
        return 0;
    }

    private static int ConvertTrained(ParseResult parsed, string folder, string output)
    {
        using TrainedModel trained = TrainedModel.Load(folder);
        string source = parsed.GetValue(_clip) ?? trained.TrainedWith.Model;
        using ClipModel original = OpenSource(source, trained.TrainedWith);
        SharedOptions.Assumed(original.Assumptions);
        double alpha = parsed.GetValue(_alpha) ?? trained.TrainedWith.Alpha;
        using Weights theta = WeightSpace.Interpolate(trained.ZeroShot.Weights, trained.FineTuned.Weights, alpha);
        using ClipModel mixed = original.WithVisualWeights(theta);
        Save(parsed, mixed, output);
        Console.Out.WriteLine(
            FormattableString.Invariant($"Wrote {output}: the image encoder at alpha {alpha} with the text encoder of {source}."));
        return 0;
    }

    private static void Save(ParseResult parsed, ClipModel model, string output) =>
        model.Save(output, Layout(parsed.GetRequiredValue(_to)), Precision(parsed.GetRequiredValue(_precision)));

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
