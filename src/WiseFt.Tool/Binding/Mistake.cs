using System.CommandLine;
using System.CommandLine.Parsing;
using WiseFt.Images;

namespace WiseFt.Tool;

/// <summary>What somebody meant who wrote something else: "did you mean".</summary>
internal static class Mistake
{
    private const int Near = 3; // letters to change; of short words, half of them

    /// <summary>The words on a line that nothing takes, and what was meant, for each error of the parser.</summary>
    public static IEnumerable<string> Explain(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string[] flags = [.. command.Options.SelectMany(o => o.Aliases.Prepend(o.Name))];
        foreach (ParseError error in parsed.Errors)
        {
            string? word = parsed.UnmatchedTokens.FirstOrDefault(t => error.Message.Contains($"'{t}'", StringComparison.Ordinal));
            string? meant = word is null ? null
                : word.StartsWith('-') ? Nearest(word, flags) : Nearest(word, command.Subcommands.Select(c => c.Name));
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
            string? meant = Nearest(token.Value, command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)));
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

    /// <summary>The candidate that differs least from a word, or null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) => candidates
        .Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate)))
        .Where(c => c.Distance <= Math.Min(Near, c.Candidate.Trim('-').Length / 2))
        .OrderBy(c => c.Distance).Select(c => c.Candidate).FirstOrDefault();

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

    /// <summary>How many letters to add, take away, change or swap (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                int change = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}
