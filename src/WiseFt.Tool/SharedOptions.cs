using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TorchSharp;
using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary>Options that several commands have, with one meaning and one set of words.</summary>
internal static class SharedOptions
{
    public static Option<string> ClipModel() => new("--model")
    {
        Description = "CLIP model: a folder or file (Hugging Face, open_clip, OpenAI), or a name on the Hugging Face Hub.",
        Required = true,
        HelpName = "M",
    };

    public static Option<DirectoryInfo> TrainedModel() => new("--model")
    {
        Description = "Folder that `wiseft train` wrote.",
        Required = true,
        HelpName = "OUT",
    };

    public static Option<string> Templates() => new("--templates")
    {
        Description = "Prompt templates: imagenet, simple, fmow, iwildcam, or a file with one a line, {} for the class name.",
        DefaultValueFactory = _ => "imagenet",
    };

    /// <summary>How images are named that do not lie in class folders, for the help of the commands that take them.</summary>
    public static string Layouts { get; } =
        $"Images in other layouts than class folders are named KIND:PATH, KIND one of {DataSource.Kinds}; a list of images as csv:LIST.csv,path=COLUMN,label=COLUMN,group=COLUMN,where=COLUMN=VALUE (docs/datasets.md).";

    public static Option<string?> ClassNames() => new("--class-names")
    {
        Description = "Text file with the words for the prompts, one a line in the order of the sorted sub-folders, or `imagenet` for OpenAI's names of wnids (default: the folders' names).",
        HelpName = "FILE|imagenet",
    };

    public static Option<string> Device() => new("--device")
    {
        Description = "Where to compute: cpu or cuda[:N].",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>Where zero-shot heads are kept.</summary>
    public static Option<string?> HeadCache() => new("--head-cache")
    {
        Description = "Folder where zero-shot heads are kept, so that the same prompts are encoded once.",
        HelpName = "DIR",
    };

    public static Option<string?> Vocabulary() => new("--vocabulary")
    {
        Description = "Vocabulary of the tokenizer: bpe_simple_vocab_16e6.txt.gz, or a folder with vocab.json and merges.txt (default: the model's, else OpenAI's).",
        HelpName = "FILE|DIR",
    };

    public static Option<bool> SkipBadImages() => new("--skip-bad-images")
    {
        Description = "Leave out images that cannot be read, and list them (default: stop at the first).",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on standard output and nothing else there." };

    public static Option<double?> Alpha(string description)
    {
        var option = new Option<double?>("--alpha") { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !(double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double alpha) && alpha is >= 0 and <= 1))
                result.AddError($"--alpha is '{result.Tokens[0].Value}'; expected a number in [0, 1]: 0 is the zero-shot model, 1 the fine-tuned one.");
        });
        option.CustomParser = result => double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double alpha) ? alpha : null;
        return option;
    }

    /// <summary>A number option that is read the same in every culture and refused outside its range.</summary>
    public static Option<double> Number(string name, double otherwise, string description, Func<double, bool> isAllowed, string expected)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) && isAllowed(number)) return number;
            result.AddError($"{name} is '{text}'; expected {expected}.");
            return otherwise;
        };
        return option;
    }

    /// <summary>A whole-number option that is refused below its minimum.</summary>
    public static Option<int> Count(string name, int otherwise, string description, int minimum)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= minimum) return number;
            result.AddError(FormattableString.Invariant($"{name} is '{text}'; expected a whole number of at least {minimum}."));
            return otherwise;
        };
        return option;
    }

    /// <summary>The device that a text names.</summary>
    /// <exception cref="UsageException">It names none, or one that is not there.</exception>
    public static Device ParseDevice(string text)
    {
        if (text == "cpu") return CPU;
        string[] parts = text.Split(':');
        int index = 0;
        if (parts[0] != "cuda" || parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
            throw new UsageException($"--device is '{text}'; expected cpu, cuda or cuda:N.");
        if (!cuda.is_available())
            throw new UsageException($"--device is '{text}', and this build of TorchSharp finds no CUDA device. Build with -p:TorchBackend=cuda-linux or cuda-windows, or use --device cpu; `wiseft doctor` says more.");
        if (index >= cuda.device_count()) throw new UsageException($"--device is '{text}', and there are {cuda.device_count()} CUDA devices, numbered from 0.");
        return new Device(DeviceType.CUDA, index);
    }

    /// <summary>The words for the prompts, or null for the folders' names.</summary>
    public static IReadOnlyList<string>? ReadClassNames(string? file, IReadOnlyList<string> folders)
    {
        if (file is null)
        {
            if (folders.All(ImageNetClasses.Wnids.Contains)) Output.Remark($"The classes are named by wnid, and so are they in the prompts ('{folders[0]}'). For OpenAI's names add --class-names imagenet.");
            return null;
        }
        if (file == "imagenet") return ImageNetClasses.NamesOf(folders);
        if (!File.Exists(file)) throw new FileNotFoundException($"There is no file of class names {file}. Expected a text file with one name a line.");
        string[] names = [.. File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0)];
        if (names.Length != folders.Count)
            throw new UsageException($"{file} has {names.Length} class names and the images have {folders.Count} classes; expected one name for each sub-folder, in sorted order ({string.Join(", ", folders.Take(3))}, …).");
        return names;
    }
}
