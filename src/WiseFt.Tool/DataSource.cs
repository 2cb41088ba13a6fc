using System.Collections.Immutable;
using System.Globalization;
using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Tool;

/// <summary>Where the command line says that labelled images are: a folder with a sub-folder a class, or a data set in its own layout.</summary>
/// <param name="Kind">The layout.</param>
/// <param name="Location">The folder or file.</param>
/// <param name="Settings">What the layout is told besides, in order.</param>
internal sealed record DataSource(string Kind, string Location, ImmutableArray<(string Key, string Value)> Settings)
{
    public const string Folder = "folder", Form = "DIR or KIND:PATH[,KEY=VALUE…]";

    // The settings of each layout; those with a + may be given several times.
    private static readonly ImmutableSortedDictionary<string, string[]> _kinds = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
        new (string Kind, string[] Settings)[]
        {
            (Folder, []), ("imagenet", []), ("imagenet-v2", []), ("imagenet-sketch", []), ("imagenet-a", []), ("imagenet-r", []), ("objectnet", ["border"]),
            ("cifar10", ["split"]), ("cifar100", ["split"]), ("cifar10.1", ["version"]), ("cifar10.2", ["split"]), ("csv", ["path", "label", "root", "+group", "+ignore", "+where"]),
        }.Select(k => KeyValuePair.Create(k.Kind, k.Settings)));

    /// <summary>The layouts that a command line may name.</summary>
    public static string Kinds => string.Join(", ", _kinds.Keys);

    /// <summary>Reads <c>DIR</c> or <c>KIND:PATH[,KEY=VALUE…]</c>. A text that does not begin with a known layout is a folder.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="text">Its value.</param>
    /// <exception cref="UsageException">A setting is unknown, malformed, or given twice.</exception>
    public static DataSource Parse(string option, string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !_kinds.TryGetValue(text[..colon], out string[]? known)) return new DataSource(Folder, text, []);
        string kind = text[..colon];
        string[] parts = text[(colon + 1)..].Split(',');
        if (parts[0].Length == 0) throw new UsageException($"{option} is '{text}'; expected a path after '{kind}:'.");
        if (kind == Folder) return new DataSource(kind, text[(colon + 1)..], []);
        var settings = ImmutableArray.CreateBuilder<(string Key, string Value)>();
        foreach (string part in parts.AsSpan(1))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? part : part[..equals];
            if (equals <= 0 || !(known.Contains(key) || known.Contains("+" + key)))
                throw new UsageException($"{option} has '{part}' after the path; {kind} takes {(known.Length == 0 ? "no settings" : string.Join(", ", known.Select(k => k.TrimStart('+') + "=…")))}.");
            if (known.Contains(key) && settings.Any(s => s.Key == key)) throw new UsageException($"{option} sets '{key}' twice; expected it once.");
            settings.Add((key, part[(equals + 1)..]));
        }
        return new DataSource(kind, parts[0], settings.ToImmutable());
    }

    /// <summary>The name of the built-in mapping to which the layout belongs, or null.</summary>
    public string? BuiltInMapping => ClassMapping.BuiltInNames.Contains(Kind) ? Kind : null;

    /// <summary>The images.</summary>
    /// <param name="classNames">The classes that they must have, such as the model's; null for the data's own.</param>
    /// <exception cref="ImageException">The data is not as its layout says.</exception>
    /// <exception cref="ArgumentException">The data has classes that are not among those wanted.</exception>
    public LabelledImages Load(IReadOnlyList<string>? classNames)
    {
        string path = Path.GetFullPath(Location);
        LabelledImages images = Kind switch
        {
            "imagenet" or "imagenet-sketch" => ImageDatasets.ImageNet(path),
            "imagenet-v2" => ImageDatasets.ImageNetV2(path),
            "imagenet-a" => ImageDatasets.ImageNetA(path),
            "imagenet-r" => ImageDatasets.ImageNetR(path),
            "objectnet" => ImageDatasets.ObjectNet(path, Number("border", 2)),
            "cifar10" => ImageDatasets.Cifar10(path, Split()),
            "cifar100" => ImageDatasets.Cifar100(path, Split()),
            "cifar10.1" => ImageDatasets.Cifar101(path, Find("version") ?? "v6"),
            "cifar10.2" => ImageDatasets.Cifar102(path, Split()),
            "csv" => ImageList.Read(path, ListOptions(classNames)),
            _ => LabelledImages.FromFolder(path, classNames),
        };
        return classNames is null ? images : images.WithClassNames(classNames);
    }

    private ImageListOptions ListOptions(IReadOnlyList<string>? classNames)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(Location))!;
        try
        {
            return new ImageListOptions
            {
                Path = Find("path") ?? "path",
                Label = Find("label") ?? "label",
                Root = Find("root") is string root ? Path.Combine(folder, root) : null,
                Groups = [.. All("group").Select(g => ImageListGroup.Parse(g, folder) with { Ignored = [.. All("ignore")] })],
                Where = [.. All("where").Select(ImageListCondition.Parse)],
                ClassNames = classNames,
            };
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new UsageException($"{Kind}:{Location}: {e.Message}");
        }
    }

    private CifarSplit Split() => Find("split") switch
    {
        null or "test" => CifarSplit.Test,
        "train" => CifarSplit.Train,
        string other => throw new UsageException($"{Kind}:{Location}: split is '{other}'; expected test or train."),
    };

    private int Number(string key, int otherwise) => Find(key) is not string text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 1000 ? number
        : throw new UsageException($"{Kind}:{Location}: {key} is '{text}'; expected a whole number from 0 to 1000.");

    private string? Find(string key) => All(key).FirstOrDefault();

    private IEnumerable<string> All(string key) => Settings.Where(s => s.Key == key).Select(s => s.Value);
}
