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
        Description = "The CLIP model that a classifier was trained from, for its text encoder (default: where training found it).",
        HelpName = "M",
    };

    public static Command Create()
    {
        _to.Required = true;
        var command = new ToolCommand(
            "convert", "Write a trained model's image encoder, mixed, or any CLIP model in another layout or precision.",
            "wiseft convert --model out --alpha 0.5 --to huggingface --output out-hf",
            "The text encoder is the original one. The classification head is not part of a CLIP model and stays behind.\n" +
            "Any checkpoint: wiseft convert --model ViT-B-32.pt --to huggingface --precision float16 --output vit-b-32-hf");
        var model = new ClassifierFlags(command);
        foreach (Option flag in new Option[] { _alpha, _to, _output, _precision, _clip }) command.Options.Add(flag);
        model.AddRest(command);
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed, model.Read(parsed), cancel), cancel));
        return command;
    }

    private static int Run(ParseResult parsed, ClassifierSource model, CancellationToken cancel)
    {
        string output = Path.GetFullPath(parsed.GetRequiredValue(_output));
        if (model.Model is null || ClassifierSource.IsTrained(model.Model)) return ConvertClassifier(parsed, model, output, cancel);
        if (parsed.GetValue(_alpha) is not null || parsed.GetValue(_clip) is not null)
            throw new UsageException($"--alpha and --clip are for what `wiseft train` left, and {model.Model} is another model.");
        Mistake.RefuseOtherKinds(model.Model);
        using ClipModel clip = ClipModel.Open(model.Model, model.Overrides, device: null);
        SharedOptions.Assumed(clip.Assumptions);
        Save(parsed, clip, output);
        Console.Out.WriteLine($"Wrote {output}: {model.Model} in {parsed.GetRequiredValue(_precision)}.");
        return 0;
    }

    private static int ConvertClassifier(ParseResult parsed, ClassifierSource model, string output, CancellationToken cancel)
    {
        double? alpha = parsed.GetValue(_alpha);
        using ImageClassifier mixture = model.LoadMixture(alpha, cancel);
        TrainedModel.Settings? run = model.TrainedWith;
        string source = parsed.GetValue(_clip) ?? run?.Model ?? throw new UsageException(
            $"{model.Name} does not say which CLIP model it was trained from, whose text encoder is needed; expected --clip M.");
        using ClipModel original = run is null ? ClipModel.Open(source, model.Overrides, device: null) : run.OpenClip(source, "--clip M");
        SharedOptions.Assumed(original.Assumptions);
        using ClipModel mixed = original.WithVisualWeights(mixture.Weights);
        Save(parsed, mixed, output);
        string at = (alpha ?? run?.Alpha) is double a ? FormattableString.Invariant($" at alpha {a}") : "";
        Console.Out.WriteLine($"Wrote {output}: the image encoder{at} with the text encoder of {source}.");
        return 0;
    }

    private static void Save(ParseResult parsed, ClipModel model, string output) =>
        model.Save(output, Layout(parsed.GetRequiredValue(_to)), Precision(parsed.GetRequiredValue(_precision)));

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
