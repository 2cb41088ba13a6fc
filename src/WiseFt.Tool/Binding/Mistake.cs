using System.CommandLine;
using System.CommandLine.Parsing;
using WiseFt.Images;

namespace WiseFt.Tool;

/// <summary>What somebody meant who wrote something else: "did you mean".</summary>
internal static class Mistake
{
    /// <summary>The words on a line that nothing takes, and what was meant, for each error of the parser.</summary>
    public static IEnumerable<string> Explain(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string[] flags = [.. command.Options.SelectMany(o => o.Aliases.Prepend(o.Name))];
        foreach (ParseError error in parsed.Errors)
        {
            string? word = parsed.UnmatchedTokens.FirstOrDefault(t => error.Message.Contains($"'{t}'", StringComparison.Ordinal));
            string? meant = word is null ? null
                : word.StartsWith('-') ? Spelling.Nearest(word, flags) : Spelling.Nearest(word, command.Subcommands.Select(c => c.Name));
            yield return error.Message + (meant is null ? "" : $" Did you mean {meant}?");
        }
    }

    /// <summary>Refuses flags that an argument would take for a file.</summary>
    /// <param name="command">The command.</param>
    /// <param name="argument">Its argument of any number of words.</param>
    public static void RefuseFlagsAmong(Command command, Argument<string[]> argument) => argument.Validators.Add(result =>
    {
        foreach (Token token in result.Tokens.Where(t => t.Value.StartsWith("--", StringComparison.Ordinal) && !File.Exists(t.Value)))
        {
            string? meant = Spelling.Nearest(token.Value, command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)));
            result.AddError($"'{token.Value}' is no flag of {command.Name}.{(meant is null ? "" : $" Did you mean {meant}?")}");
        }
    });

    /// <summary>Refuses as a model what is plainly something else, and says what it is.</summary>
    /// <param name="model">The path.</param>
    /// <param name="flag">The flag that names it.</param>
    /// <exception cref="UsageException">The path is of images, results or a list.</exception>
    public static void RefuseOtherKinds(string model, string flag = "--model")
    {
        if (Directory.Exists(model) && Directory.EnumerateFiles(model).Any(IsOfAModel)) return;
        string? kind =
            File.Exists(Path.Combine(model, RobustnessReportFiles.ResultsName)) ? "holds a report, which `wiseft report --results` reads"
            : File.Exists(model) && IsImage(model) ? "is an image"
            : File.Exists(model) && Path.GetExtension(model).ToUpperInvariant() is ".CSV" or ".TSV" ? "is a list"
            : IsImageFolder(model) ? "is a folder of images"
            : null;
        if (kind is not null)
            throw new UsageException(
                $"{flag} {model} {kind}; expected a model. Are two arguments swapped? Images are named by --data, --reference or --shift.");
    }

    /// <summary>Refuses as images what is plainly something else, and says what was meant.</summary>
    /// <param name="flag">The flag that names them.</param>
    /// <param name="path">A folder, as far as it says.</param>
    /// <exception cref="UsageException">The path is of a list, a report or a model.</exception>
    public static void RefuseOtherThanImages(string flag, string path)
    {
        if (File.Exists(path) && Path.GetExtension(path).ToUpperInvariant() is ".CSV" or ".TSV")
            throw new UsageException(
                $"{flag} is '{path}', a list; expected csv:{path},path=COLUMN,label=COLUMN with the columns that have each image's path " +
                "and class (docs/datasets.md).");
        if (File.Exists(Path.Combine(path, RobustnessReportFiles.ResultsName)))
            throw new UsageException($"{flag} is '{path}', which holds a report; expected a folder with one sub-folder of images a class.");
        if (File.Exists(Path.Combine(path, "config.json")) && Directory.GetFiles(path, "*.safetensors").Length > 0)
            throw new UsageException(
                $"{flag} is '{path}', which holds a model; expected a folder with one sub-folder of images a class. Are two arguments " +
                "swapped?");
    }

    private static bool IsOfAModel(string file) =>
        Path.GetFileName(file) == "config.json" || Path.GetExtension(file) is ".safetensors" or ".pt" or ".bin";

    private static bool IsImageFolder(string path) => Directory.Exists(path)
        && Directory.EnumerateDirectories(path).Take(1).Any(sub => Directory.EnumerateFiles(sub).Take(1).Any(IsImage));

    private static bool IsImage(string file)
    {
        if (RegularFile.OtherKind(file) is not null) return false; // to open a pipe is to wait for it
        Span<byte> head = stackalloc byte[ImageFormats.HeadLength];
        using FileStream stream = File.OpenRead(file);
        return ImageFormats.IsRead(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
    }
}
