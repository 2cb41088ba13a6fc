using System.CommandLine;
using System.Globalization;
using WiseFt.Evaluation;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Runs;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary>Options that several commands have, with one meaning and one set of words.</summary>
internal static class SharedOptions
{
    private const string DeviceFlag = "--device";

    /// <summary>The model that a verb begins with.</summary>
    public static Option<string> ClipModel() => new("--model")
    {
        Description = "A CLIP model: a folder or file (Hugging Face, open_clip, OpenAI), a name on the Hugging Face Hub, or what " +
            "`wiseft train` left.",
        Required = true,
        HelpName = "M",
    };

    /// <summary>The images that a verb is about.</summary>
    /// <param name="description">What is wanted of them.</param>
    /// <param name="formerly">What the flag was called before, which still works; null if nothing else.</param>
    public static Option<string> Data(string description, string? formerly = null) =>
        new("--data", formerly is null ? [] : [formerly]) { Description = description, Required = true, HelpName = "DIR" };

    /// <summary>Classes or the words for them, on the command line itself.</summary>
    /// <param name="description">What they are to the verb.</param>
    public static Option<string?> Classes(string description) => new("--classes") { Description = description, HelpName = "NAMES" };

    /// <summary>The classes of a text with commas between.</summary>
    /// <exception cref="UsageException">There is none, or one twice.</exception>
    public static string[]? ParseClasses(string? text)
    {
        if (text is null) return null;
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        string? twice = names.GroupBy(n => n, ClassNameComparer.Instance).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (names.Any(string.IsNullOrEmpty) || twice is not null)
            throw new UsageException(
                $"--classes is '{text}'; expected names with commas between, each once" +
                $"{(twice is null ? "" : $" ('{twice}' is there twice)")}.");
        return names;
    }

    public static Option<string> Templates() => new("--templates")
    {
        Description = "Prompt templates: imagenet, simple, fmow, iwildcam, or a file with one a line, {} for the class name.",
        DefaultValueFactory = _ => "imagenet",
    };

    /// <summary>How images are named that do not lie in class folders, for the help of the commands that take them.</summary>
    public static string Layouts { get; } =
        $"Images in other layouts than class folders are named KIND:PATH, KIND one of {DataSource.Kinds}; " +
        "a list of images as csv:LIST.csv,path=COLUMN,label=COLUMN,group=COLUMN,where=COLUMN=VALUE (docs/datasets.md).";

    public static Option<string?> ClassNames() => new("--class-names")
    {
        Description = "Text file with the words for the prompts, one a line in the order of the sorted sub-folders, " +
            "`imagenet` for OpenAI's names of wnids, or `spaces` for the folders' names with spaces for underscores " +
            "(default: the folders' names as they are).",
        HelpName = "FILE|imagenet|spaces",
    };

    public static Option<string> Device() => new(DeviceFlag)
    {
        Description = "Where to compute: cpu, cuda[:N] or mps.",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>What scoring computes in.</summary>
    public static Option<string> Precision() => Setting.Choice(
        "--precision",
        "What the encoder's products are computed in: bfloat16 and int8 are faster where the processor multiplies them, and nearly as " +
        "exact (docs/performance.md).",
        "float32", "float32", "bfloat16", "int8");

    /// <summary>The precision that a word of <see cref="Precision"/> names.</summary>
    public static Precision ParsePrecision(string word) => Enum.Parse<Precision>(word, ignoreCase: true);

    /// <summary>Where zero-shot heads are kept.</summary>
    public static Option<string?> HeadCache() => new("--head-cache")
    {
        Description = "Folder where zero-shot heads are kept, so that the same prompts are encoded once.",
        HelpName = "DIR",
    };

    /// <summary>What a user knows better than a model's files.</summary>
    public static OptionSet<ClipOverrides> ModelFlags() => new OptionSet<ClipOverrides>(new())
        .Text(
            "--vocabulary",
            "Vocabulary of the tokenizer: bpe_simple_vocab_16e6.txt.gz, a tokenizer.json, or a folder with vocab.json and merges.txt " +
            "(default: the model's, else OpenAI's).",
            "FILE|DIR", (o, path) => o with { VocabularyPath = path })
        .Text(
            "--activation", "Activation of a model whose files do not say it: gelu or quick-gelu (default: as OpenAI's and open_clip's " +
                "are).",
            "gelu|quick-gelu", (o, word) => o with { Activation = ParseActivation(word) })
        .Text(
            "--state-dict",
            "Which of several models in a file of a training script: the name of its dictionary, such as teacher or ema.module, or what " +
            "the names of its weights begin with (default: the one that is there).",
            "NAME", (o, name) => o with { StateDict = Check.NotBlank(name) });

    /// <summary>Says what nothing in a model's files said, once.</summary>
    public static void Assumed(IReadOnlyList<string> assumptions)
    {
        foreach (string assumption in assumptions) Output.Remark("assumed: " + assumption);
    }

    public static Option<bool> SkipBadImages() => new("--skip-bad-images")
    {
        Description = "Leave out images that cannot be read, and list them (default: stop at the first).",
    };

    public static Option<bool> Json() =>
        new("--json") { Description = "Print one JSON document on standard output and nothing else there." };

    /// <summary>The mixing coefficient.</summary>
    /// <param name="description">What is mixed with it.</param>
    /// <param name="otherwise">What is taken without it; null for the library's default.</param>
    public static Option<double?> Alpha(string description, string? otherwise = null) => Setting.OptionalNumber<double>(
        "--alpha",
        string.Create(CultureInfo.InvariantCulture, $"{description} (default: {otherwise ?? $"{MixingCoefficient.Default}"})."),
        alpha => MixingCoefficient.Checked(alpha));

    /// <summary>How alpha is decided on.</summary>
    /// <param name="validation">The images that the rule "validation" looks at.</param>
    public static Option<string> Choose(string validation) => Setting.Choice(
        "--choose",
        $"How alpha is decided on before the verdict: {AlphaDecision.Fixed} keeps the model's; {AlphaDecision.Validation} takes " +
            $"the one of the highest accuracy on {validation}, which favours the fine-tuned model.",
        AlphaDecision.Fixed, AlphaDecision.Fixed, AlphaDecision.Validation);

    /// <summary>A flag as the command line has it, which may be an older name of it.</summary>
    public static string NameOf(ParseResult parsed, Option flag) => parsed.GetResult(flag)?.IdentifierToken?.Value ?? flag.Name;

    /// <summary>Where images are, as a flag names it.</summary>
    /// <exception cref="UsageException">The value is no data source, or plainly something else than images.</exception>
    public static DataSource ParseImages(string flag, string source)
    {
        DataSource parsed = UsageException.Naming(flag, () => DataSource.Parse(source));
        if (parsed.Kind == DataSource.Folder) Mistake.RefuseOtherThanImages(flag, parsed.Location);
        return parsed;
    }

    /// <summary>The device that a text names.</summary>
    /// <exception cref="UsageException">It names none, or one that is not there.</exception>
    public static Device ParseDevice(string text)
    {
        try
        {
            ComputeDevice.Check(text, DeviceFlag);
        }
        catch (ArgumentException e)
        {
            throw UsageException.Of(DeviceFlag, e);
        }
        return ComputeDevice.Absence(text) is not string reason ? ComputeDevice.Of(text) : throw new UsageException(
            $"{DeviceFlag} is '{text}', but {reason}. For a GPU build with -p:TorchBackend=cuda-linux or cuda-windows, " +
            $"or use {DeviceFlag} cpu; `wiseft doctor` says more.");
    }

    /// <summary>What a flag says of things by name, as NAME=VALUE each.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="texts">Its values.</param>
    /// <param name="expected">What one looks like, with an example.</param>
    /// <exception cref="UsageException">One is malformed, or a name occurs twice.</exception>
    public static (string Name, string Value)[] Named(string flag, string[] texts, string expected)
    {
        var named = texts.Select(text =>
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && equals < text.Length - 1
                ? (Name: text[..equals], Value: text[(equals + 1)..])
                : throw new UsageException($"{flag} is '{text}'; expected {expected}.");
        }).ToArray();
        string? twice = named.GroupBy(n => n.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        return twice is null ? named
            : throw new UsageException($"{flag} names '{twice}' twice; expected a different name for each distribution shift.");
    }

    /// <summary>The distribution shifts that <c>--shift</c> and <c>--mapping</c> name.</summary>
    /// <exception cref="UsageException">One is malformed, a name occurs twice, or a mapping is for no shift.</exception>
    /// <exception cref="ArgumentException">A mapping file is no mapping.</exception>
    public static ShiftSource[] Shifts(string[] shifts, string[] mappings)
    {
        const string ShiftFlag = "--shift", MappingFlag = "--mapping";
        var named = Named(MappingFlag, mappings, "NAME=MAPPING, for example rendition=imagenet-r");
        var sources = Named(ShiftFlag, shifts, "NAME=DIR, for example sketch=data/sketch");
        string? unknown = named.Select(m => m.Name).FirstOrDefault(m => sources.All(s => s.Name != m));
        if (unknown is not null) throw new UsageException($"{MappingFlag} is for '{unknown}', and no {ShiftFlag} has that name.");
        return [.. sources.Select(s =>
        {
            DataSource data = ParseImages(ShiftFlag, s.Value);
            return UsageException.Naming(MappingFlag, () => new ShiftSource(s.Name, data, Array.Find(named, m => m.Name == s.Name).Value));
        })];
    }

    /// <summary>The words for the prompts: those of <c>--classes</c>, else of <c>--class-names</c>; null for the folders' names.</summary>
    public static IReadOnlyList<string>? ReadWords(string? classes, string? classNames, IReadOnlyList<string> folders)
    {
        if (ParseClasses(classes) is not { } words) return ReadClassNames(classNames, folders);
        if (classNames is not null)
            throw new UsageException("--classes and --class-names both give the words for the prompts; expected one of them.");
        return words.Length == folders.Count ? words : throw new UsageException(
            $"--classes has {words.Length} names and the images have {folders.Count} classes; expected one for each sub-folder, in " +
            $"sorted order ({Listed.First(folders)}, …).");
    }

    /// <summary>The words for the prompts, or null for the folders' names.</summary>
    public static IReadOnlyList<string>? ReadClassNames(string? file, IReadOnlyList<string> folders)
    {
        if (file is null)
        {
            if (folders.All(ImageNetClasses.Wnids.Contains))
                Output.Remark(
                    $"The classes are named by wnid, and so are they in the prompts ('{folders[0]}'). " +
                    "For OpenAI's names add --class-names imagenet.");
            RemarkOnUnderscores(folders, "--class-names spaces writes them as spaces, a file of words as it says.");
            return null;
        }
        if (file == "spaces") return [.. folders.Select(name => name.Replace('_', ' '))];
        if (file == "imagenet") return ImageNetClasses.NamesOf(folders);
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no file of class names {file}. Expected a text file with one name a line.");
        string[] names = [.. Utf8Text.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0)];
        if (names.Length != folders.Count)
            throw new UsageException(
                $"{file} has {names.Length} class names and the images have {folders.Count} classes; " +
                $"expected one name for each sub-folder, in sorted order ({Listed.First(folders)}, …).");
        return names;
    }

    private static Activation ParseActivation(string word) => word switch
    {
        "gelu" => Activation.Gelu,
        "quick-gelu" or "quick_gelu" => Activation.QuickGelu,
        _ => throw new ArgumentException($"The activation is '{word}'; expected gelu or quick-gelu."),
    };

    /// <summary>Says that names of classes have underscores, and have them in the prompts: CLIP reads "sea_lion" as other words than
    /// "sea lion".</summary>
    /// <param name="names">The classes' names, which are the prompts' words.</param>
    /// <param name="remedy">What to do about it.</param>
    public static void RemarkOnUnderscores(IReadOnlyList<string> names, string remedy)
    {
        string[] found = [.. names.Where(name => name.Contains('_', StringComparison.Ordinal))];
        if (found.Length > 0)
            Output.Remark(
                $"{found.Length} of {names.Count} class names have underscores, and so have the prompts ({Listed.Quoted(found)}). " +
                remedy);
    }
}
