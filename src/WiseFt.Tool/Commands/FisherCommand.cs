using System.CommandLine;
using WiseFt.Ensembling;
using WiseFt.Images;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary><c>wiseft fisher</c>: how much a model's predictions depend on each of its weights.</summary>
internal static class FisherCommand
{
    private static readonly FisherOptions _defaults = new();

    private static readonly Option<string> _data = SharedOptions.Data(
        "Images of the model's task: a folder, searched with its sub-folders, or KIND:PATH. Their classes do not matter.");

    private static readonly Option<string> _output = new("--output")
    {
        Description = "The Fisher information, a .safetensors file.", Required = true, HelpName = "F.safetensors",
    };

    private static readonly Option<bool> _overwrite = Destination.Overwrite();

    private static readonly Option<int> _examples = Setting.Number(
        "--examples", "How many images are drawn.", _defaults.Examples, n => _ = new FisherOptions { Examples = n });

    private static readonly Option<int> _seed = Setting.Number<int>(
        "--seed", "What images and labels are drawn with.", _defaults.Seed, _ => { });

    private static readonly Option<double?> _alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]", "the model's own");

    private static readonly Option<string> _device = SharedOptions.Device();
    private static readonly Option<bool> _skip = SharedOptions.SkipBadImages();

    public static Command Create()
    {
        var command = new ToolCommand(
            "fisher", "How much a model's predictions depend on each weight: the diagonal of its Fisher information, for merging.",
            "wiseft fisher --model out/finetuned.safetensors --data data/train --output f1.safetensors --examples 256 --seed 0",
            "The file has a tensor for each weight, under its name, float32: the mean square of the gradient of log p(y | image), y " +
            "drawn from the model's own probabilities. A recipe of `merge_method: fisher` names it by `fisher`. " + SharedOptions.Layouts);
        var model = new ClassifierFlags(command, _device);
        foreach (Option flag in new Option[] { _data, _output, _overwrite, _examples, _seed, _alpha, _device, _skip })
            command.Options.Add(flag);
        model.AddRest(command);
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed, model, cancel), cancel));
        return command;
    }

    private static int Run(ParseResult parsed, ClassifierFlags flags, CancellationToken cancel)
    {
        DataSource data = SharedOptions.ParseImages(_data.Name, parsed.GetRequiredValue(_data));
        ClassifierSource source = flags.Read(parsed, ImageSets.ClassesOf(data));
        string output = Destination.OfFile(
            _output.Name, parsed.GetRequiredValue(_output), ".safetensors", parsed.GetValue(_overwrite), isDerived: _ => false,
            [.. source.Inputs, (_data.Name, data.Location)]);
        LabelledImages images = ImageSets.Unlabelled(_data.Name, data, parsed.GetValue(_skip), cancel);
        using ImageClassifier model = source.LoadMixture(parsed.GetValue(_alpha), cancel);
        var options = new FisherOptions { Examples = parsed.GetValue(_examples), Seed = parsed.GetValue(_seed) };
        if (images.Count < options.Examples)
            Output.Remark($"There are {Output.Count(images.Count, "image")}, and all of them are used.");
        using FisherInformation fisher = Tracker.Run(
            "Fisher information", "images", bar => FisherInformation.Estimate(model, images, options, bar, cancel));
        fisher.Save(output);
        Console.Out.WriteLine(FormattableString.Invariant(
            $"Wrote {output}: the Fisher information of {fisher.Weights.ParameterCount} parameters from ") +
            $"{Output.Count(fisher.Examples, "image")}.");
        return 0;
    }
}
