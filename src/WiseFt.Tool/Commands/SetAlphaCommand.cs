using System.CommandLine;
using System.Globalization;

namespace WiseFt.Tool;

/// <summary><c>wiseft set-alpha</c>: the mixture and the ML.NET model of a trained folder at another coefficient.</summary>
internal static class SetAlphaCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("folder") { Description = "The folder that `wiseft train` left.", HelpName = "OUT" };
        Argument<string> alpha = new("alpha") { Description = "Mixing coefficient in [0, 1].", HelpName = "ALPHA" };
        var command = new ToolCommand(
            "set-alpha", "Write the mixture and model.zip of a trained folder at another alpha; nothing is trained.",
            "wiseft set-alpha out 0.7",
            "Replaces wiseft.safetensors and model.zip in OUT, which the end points beside them give again at any alpha.")
        {
            folder, alpha,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(alpha)), cancel));
        return command;
    }

    private static int Run(string folder, string text)
    {
        if (IsNumber(folder, out _) && !IsNumber(text, out _)) // the two the other way round
            throw new UsageException($"The folder is '{folder}' and alpha '{text}'. Did you mean wiseft set-alpha {text} {folder}?");
        if (!IsNumber(text, out double alpha) || alpha is not (>= 0 and <= 1))
            throw new UsageException($"alpha is '{text}'; expected a number in [0, 1].");
        Phases.SetAlpha(Path.GetFullPath(folder), alpha);
        Console.Out.WriteLine(FormattableString.Invariant($"{folder}: wiseft.safetensors and model.zip are at alpha {alpha} now."));
        return 0;
    }

    private static bool IsNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
