using System.CommandLine;
using WiseFt.Models;

namespace WiseFt.Tool;

/// <summary>The flags by which a verb is told what classifies: one meaning of <c>--model</c> in all of them.</summary>
internal sealed class ClassifierFlags
{
    private readonly Option<string?> _model = new("--model")
    {
        Description = "What classifies: the folder or model.zip that `wiseft train` left, a .safetensors file of a classifier " +
            "(`wiseft mix` writes one of two), or a CLIP model with --classes.",
        HelpName = "M",
    };

    private readonly Option<string?> _zeroShot = ZeroShot(), _fineTuned = FineTuned();

    private readonly Option<string?> _classes = SharedOptions.Classes(
        "The classes of a CLIP model, which has none of its own, with commas between: \"cat,dog,car\".");

    private readonly Option<string?> _headCache = SharedOptions.HeadCache();
    private readonly Option<string> _templates = SharedOptions.Templates();
    private readonly OptionSet<ClipOverrides> _overrides = SharedOptions.ModelFlags();
    private readonly Option<string>? _device;

    /// <summary>Gives a command the flags.</summary>
    /// <param name="command">The command.</param>
    /// <param name="device">Its flag for the device, which the command places itself; null where it has none.</param>
    /// <param name="images">Its argument of images, among which a misspelt flag says more than that a model is missing; null for none.
    /// </param>
    public ClassifierFlags(ToolCommand command, Option<string>? device = null, Argument<string[]>? images = null)
    {
        _device = device;
        foreach (Option flag in new Option[] { _model, _zeroShot, _fineTuned }) command.Options.Add(flag);
        command.Validators.Add(result =>
        {
            if (images is not null && result.GetResult(images)?.Tokens.Any(t => t.Value.StartsWith("--", StringComparison.Ordinal)) == true)
                return;
            bool one = result.GetResult(_model) is not null, first = result.GetResult(_zeroShot) is not null;
            if (first != result.GetResult(_fineTuned) is not null || one == first)
                result.AddError("Expected either --model M, or --zero-shot A with --fine-tuned B.");
        });
    }

    /// <summary>The flag of the first of two checkpoints, for a verb that can do without.</summary>
    public static Option<string?> ZeroShot() => new("--zero-shot")
    {
        Description = "Instead of --model: the checkpoint at alpha 0, a classifier's or a CLIP model's.", HelpName = "A",
    };

    /// <summary>The flag of the second of two checkpoints.</summary>
    public static Option<string?> FineTuned() => new("--fine-tuned")
    {
        Description = "With --zero-shot: the checkpoint at alpha 1.", HelpName = "B",
    };

    /// <summary>The flags that say how a CLIP model becomes a classifier, for the end of the list.</summary>
    public void AddRest(ToolCommand command)
    {
        command.Options.Add(_classes);
        command.Options.Add(_templates);
        command.Add(_overrides);
        command.Options.Add(_headCache);
    }

    /// <summary>What a command line names.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="classes">The classes where none are given, such as those of the test images; null for none.</param>
    /// <exception cref="UsageException">The device or the classes are none.</exception>
    public ClassifierSource Read(ParseResult parsed, IReadOnlyList<string>? classes = null)
    {
        string[]? given = SharedOptions.ParseClasses(parsed.GetValue(_classes));
        return new ClassifierSource
        {
            Model = parsed.GetValue(_model),
            ZeroShot = parsed.GetValue(_zeroShot),
            FineTuned = parsed.GetValue(_fineTuned),
            Classes = given ?? classes,
            Templates = PromptTemplates.Parse(parsed.GetRequiredValue(_templates)),
            HeadCache = parsed.GetValue(_headCache),
            Overrides = _overrides.Read(parsed),
            Device = SharedOptions.ParseDevice(_device is null ? "cpu" : parsed.GetRequiredValue(_device)),
        };
    }
}
