using System.Collections.Immutable;
using System.Globalization;
using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Runs;

/// <summary>Where labelled images are: a folder with a sub-folder a class, or a data set in its own layout.</summary>
/// <remarks>A value: as JSON it may be sent elsewhere, and gives the same images wherever the same files are.</remarks>
internal sealed record DataSource
{
    /// <summary>The layout of a folder with a sub-folder a class.</summary>
    public const string Folder = "folder";

    /// <summary>With what every refusal begins, so that a caller may say instead where the source was written.</summary>
    public const string Subject = "The data source";

    // The settings of each layout; those with a + may be given several times.
    private static readonly ImmutableSortedDictionary<string, string[]> _kinds = ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal,
        new (string Kind, string[] Settings)[]
        {
            (Folder, []), ("imagenet", []), ("imagenet-v2", []), ("imagenet-sketch", []), ("imagenet-a", []), ("imagenet-r", []),
            ("objectnet", ["border"]), ("cifar10", ["split"]), ("cifar100", ["split"]), ("cifar10.1", ["version"]),
            ("cifar10.2", ["split"]), ("csv", ["path", "label", "root", "+group", "+ignore", "+where"]),
        }.Select(k => KeyValuePair.Create(k.Kind, k.Settings)));

    /// <summary>Images in a layout.</summary>
    /// <param name="kind">The layout, one of <see cref="Kinds"/>.</param>
    /// <param name="location">The folder or file.</param>
    /// <param name="settings">What the layout is told besides, in order.</param>
    /// <exception cref="ArgumentException">There is no such layout.</exception>
    public DataSource(string kind, string location, ImmutableArray<KeyValuePair<string, string>> settings)
    {
        if (!_kinds.ContainsKey(kind)) throw new ArgumentException($"{Subject} is of kind '{kind}'; expected {Kinds}.", nameof(kind));
        (Kind, Location, Settings) = (kind, location, settings.IsDefault ? [] : settings);
    }

    /// <summary>The layouts that there are, with commas between.</summary>
    public static string Kinds => string.Join(", ", _kinds.Keys);

    /// <summary>The layout.</summary>
    public string Kind { get; }

    /// <summary>The folder or file.</summary>
    public string Location { get; }

    /// <summary>What the layout is told besides, in order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Settings { get; }

    /// <summary>The name of the built-in mapping to which the layout belongs, or null.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? BuiltInMapping => ClassMapping.BuiltInNames.Contains(Kind) ? Kind : null;

    /// <summary>Reads <c>FOLDER</c> or <c>KIND:PATH[,KEY=VALUE…]</c>. A text that does not begin with a known layout is a folder.</summary>
    /// <exception cref="FormatException">The path is missing, or a setting is unknown, malformed, or given twice.</exception>
    public static DataSource Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !_kinds.TryGetValue(text[..colon], out string[]? known)) return new DataSource(Folder, text, []);
        string kind = text[..colon];
        string[] parts = text[(colon + 1)..].Split(',');
        if (parts[0].Length == 0) throw new FormatException($"{Subject} is '{text}'; expected a path after '{kind}:'.");
        return kind == Folder
            ? new DataSource(kind, text[(colon + 1)..], [])
            : new DataSource(kind, parts[0], ParseSettings(kind, known, parts.AsSpan(1)));
    }

    /// <summary>The images.</summary>
    /// <param name="classNames">The classes that they must have, such as the model's; null for the data's own.</param>
    /// <exception cref="FormatException">A setting is out of its range.</exception>
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

    /// <summary>Images of the reference distribution, labelled with the model's classes whatever the layout calls them.</summary>
    /// <param name="modelClasses">The model's classes in the order of its logits.</param>
    /// <exception cref="FormatException">The layout's classes are not the model's; or as <see cref="Load"/>.</exception>
    /// <inheritdoc cref="Load"/>
    public LabelledImages LoadReference(IReadOnlyList<string> modelClasses)
    {
        if (BuiltInMapping is not string name) return Load(modelClasses);
        LabelSpace space = ClassMapping.BuiltIn(name).Bind(modelClasses);
        if (space.ClassNames.Length != modelClasses.Count)
            throw new FormatException(
                $"{Subject} is {name}, which has {space.ClassNames.Length} classes, and the model has {modelClasses.Count}; " +
                "expected images of the model's own classes.");
        LabelledImages images = Load(space.ClassNames);
        return images.With(modelClasses, [.. images.Labels.Select(label => space.ReferenceIndices[label][0])]);
    }

    /// <inheritdoc/>
    public bool Equals(DataSource? other) =>
        other is not null && (Kind, Location) == (other.Kind, other.Location) && Settings.AsSpan().SequenceEqual(other.Settings.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Location, Settings.Length);

    private static ImmutableArray<KeyValuePair<string, string>> ParseSettings(string kind, string[] known, ReadOnlySpan<string> parts)
    {
        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (string part in parts)
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? part : part[..equals];
            if (equals <= 0 || !(known.Contains(key) || known.Contains("+" + key)))
                throw new FormatException(
                    $"{Subject} has '{part}' after the path; {kind} takes " +
                    $"{(known.Length == 0 ? "no settings" : string.Join(", ", known.Select(k => k.TrimStart('+') + "=…")))}.");
            if (known.Contains(key) && settings.Any(s => s.Key == key))
                throw new FormatException($"{Subject} sets '{key}' twice; expected it once.");
            settings.Add(new(key, part[(equals + 1)..]));
        }
        return settings.ToImmutable();
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
            throw new FormatException($"{Subject} is {Kind}:{Location}: {e.Message}", e);
        }
    }

    private CifarSplit Split() => Find("split") switch
    {
        null or "test" => CifarSplit.Test,
        "train" => CifarSplit.Train,
        string other => throw new FormatException($"{Subject} is {Kind}:{Location}, and its split is '{other}'; expected test or train."),
    };

    private int Number(string key, int otherwise) => Find(key) is not string text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 1000 ? number
        : throw new FormatException($"{Subject} is {Kind}:{Location}, and its {key} is '{text}'; expected a whole number from 0 to 1000.");

    private string? Find(string key) => All(key).FirstOrDefault();

    private IEnumerable<string> All(string key) => Settings.Where(s => s.Key == key).Select(s => s.Value);
}
