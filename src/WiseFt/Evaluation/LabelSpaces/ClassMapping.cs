using System.Collections.Immutable;
using System.Globalization;
using WiseFt.Images;

namespace WiseFt.Evaluation;

/// <summary>A shift's labels in terms of the reference classes: the content of a mapping file, docs/label-spaces.md.</summary>
/// <remarks>
/// For shifts that lack classes of the reference (ImageNet-A, ImageNet-R), that join some (ObjectNet) or that judge groups of video frames
/// (ImageNet-Vid-Robust, YTBB-Robust). <see cref="Bind"/> makes it usable for a model's class list.
/// </remarks>
public sealed record ClassMapping
{
    /// <summary>A name for messages and reports.</summary>
    public required string Name { get; init => field = Check.NotBlank(value); }

    /// <summary>Where the mapping comes from, or null.</summary>
    public string? Description { get; init; }

    /// <summary>How the logits of several reference classes become one. Default <see cref="ClassMerge.Max"/>, as in the paper.</summary>
    public ClassMerge Merge { get; init => field = Check.Defined(value); }

    /// <summary>The shift's labels, in the order of their numbers unless <see cref="Bind"/> is given another.</summary>
    public required ImmutableArray<MappedClass> Classes { get; init; }

    /// <summary>Groups of frames for pm-0 and pm-k; empty for shifts of single images.</summary>
    public ImmutableArray<FrameGroup> Groups { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether the reference classes are named by wnid, whatever ImageNet's classes are called in the model.</summary>
    internal bool IsByWnid { get; init; }

    /// <summary>The names that <see cref="BuiltIn"/> knows.</summary>
    public static ImmutableArray<string> BuiltInNames => BuiltInMappings.Names;

    /// <summary>The mapping of a data set of the ImageNet family, for models of ImageNet's classes.</summary>
    /// <param name="name">"imagenet", "imagenet-v2", "imagenet-sketch", "imagenet-a", "imagenet-r" or "objectnet".</param>
    /// <returns>
    /// Labels as <see cref="ImageDatasets"/> reads them: wnids, and for ObjectNet the folders' names. It binds to models whose classes
    /// are named by wnid, by the numbers 0 to 999, or by OpenAI's 1000 names in their order.
    /// </returns>
    /// <exception cref="ArgumentException">There is no such mapping; the message lists those there are.</exception>
    public static ClassMapping BuiltIn(string name) => BuiltInMappings.Find(name);

    /// <summary>Reads a mapping file.</summary>
    /// <param name="path">A JSON file as docs/label-spaces.md describes.</param>
    /// <exception cref="ArgumentException">The file is no valid mapping, or no UTF-8; the message says what is wrong and where.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ClassMapping Load(string path)
    {
        try
        {
            return Parse(Utf8Text.ReadFile(path), path);
        }
        catch (InvalidDataException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }

    /// <summary>Reads a mapping from JSON text.</summary>
    /// <param name="json">The text, as docs/label-spaces.md describes.</param>
    /// <param name="source">What to call it in messages, such as its path.</param>
    /// <exception cref="ArgumentException">The text is no valid mapping; the message says what is wrong and where.</exception>
    public static ClassMapping Parse(string json, string source = "the mapping")
    {
        var mapping = ClassMappingFile.Read(json, source);
        mapping.Validate();
        return mapping;
    }

    /// <summary>Resolves the mapping for a model's classes.</summary>
    /// <param name="referenceClasses">The model's class names in the order of its logits, K of them.</param>
    /// <param name="shiftClasses">
    /// The shift's class names in the order of its labels: the mapping's names in any order. Default: the mapping's own order.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The mapping is not valid; it refers to a reference class that does not exist or whose name is not unique; it uses one twice; or the
    /// shift's classes are not the mapping's.
    /// </exception>
    public LabelSpace Bind(IReadOnlyList<string> referenceClasses, IReadOnlyList<string>? shiftClasses = null)
    {
        Check.NotEmpty(referenceClasses);
        Validate();
        if (IsByWnid) referenceClasses = ImageNetClasses.ToWnids(referenceClasses);
        string[] names = [.. Classes.Select(c => c.Name)];
        var sources = Resolve(referenceClasses);
        if (shiftClasses is null) return new LabelSpace(names, referenceClasses.Count, [.. names.Select(n => sources[n])], Merge);
        ClassNameCheck.Distinct(shiftClasses, "The shift", nameof(shiftClasses));
        ClassNameCheck.SameSet(
            names, $"mapping '{Name}'", shiftClasses, "the shift", "Make the shift's folders and the mapping's names agree.",
            nameof(shiftClasses));
        return new LabelSpace(shiftClasses, referenceClasses.Count, [.. shiftClasses.Select(n => sources[n])], Merge);
    }

    private Dictionary<string, ImmutableArray<int>> Resolve(IReadOnlyList<string> referenceClasses)
    {
        var places = referenceClasses.Index().ToLookup(c => c.Item, c => c.Index, ClassNameComparer.Instance);
        string[] unknown =
        [
            .. Classes.SelectMany(c => c.Reference.Where(r => !Exists(r)).Select(r => $"{r} of '{c.Name}'")),
        ];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"Mapping '{Name}' refers to {unknown.Length} classes that the {referenceClasses.Count} reference classes do not have " +
                $"({Listed.First(unknown)}). " +
                "Names must match to the letter, numbers start at 0.", nameof(referenceClasses));
        }
        var owners = new Dictionary<int, string>();
        return Classes.ToDictionary(
            c => c.Name, c => c.Reference.Select(r => Claim(owners, Place(r, places), r, c)).ToImmutableArray(),
            ClassNameComparer.Instance);

        bool Exists(ReferenceClass r) => r.Name is null ? r.Index < referenceClasses.Count : places.Contains(r.Name);
    }

    private int Place(ReferenceClass reference, ILookup<string, int> places)
    {
        if (reference.Index is int index) return index;
        int[] found = [.. places[reference.Name!]];
        return found.Length == 1 ? found[0] : throw new ArgumentException(
            $"Mapping '{Name}' refers to {reference}, the name of {found.Length} reference classes (numbers {string.Join(", ", found)}). " +
            "Write the number instead of the name.");
    }

    private int Claim(Dictionary<int, string> owners, int place, ReferenceClass reference, MappedClass mapped) =>
        owners.TryAdd(place, mapped.Name) ? place : throw new ArgumentException(
            $"Mapping '{Name}' maps {reference} (reference class {place}) twice: to '{owners[place]}' and to '{mapped.Name}'. " +
            "A reference class may count as one label only.");

    private void Validate()
    {
        if (Classes.IsDefaultOrEmpty) throw new ArgumentException($"Mapping '{Name}' has no classes; expected at least one.");
        ClassNameCheck.Distinct([.. Classes.Select(c => c.Name)], $"Mapping '{Name}'", nameof(Classes));
        string[] empty = [.. Classes.Where(c => c.Reference.IsDefaultOrEmpty).Select(c => c.Name)];
        if (empty.Length > 0)
        {
            throw new ArgumentException(
                $"Mapping '{Name}' gives {empty.Length} classes no reference class ({Listed.Quoted(empty)}); " +
                "each needs at least one.");
        }
        FrameGroup.Validate(Groups, [.. Classes.Select(c => c.Name)], $"Mapping '{Name}'");
    }
}

/// <summary>One label of a shift and the reference classes that count as it.</summary>
/// <param name="Name">The label's name, as the shift's folders have it.</param>
/// <param name="Reference">The reference classes, at least one.</param>
public sealed record MappedClass(string Name, ImmutableArray<ReferenceClass> Reference);

/// <summary>A class of the reference distribution, by name or, where names are not unique, by its number.</summary>
/// <remarks>OpenAI's ImageNet names, for one, have "missile" and "sunglasses" twice each.</remarks>
public sealed record ReferenceClass
{
    private ReferenceClass(string? name, int? index)
    {
        Name = name;
        Index = index;
    }

    /// <summary>The class's name, compared after Unicode normalisation (NFC), or null.</summary>
    public string? Name { get; }

    /// <summary>The class's number from 0 in the order of the logits, or null.</summary>
    public int? Index { get; }

    /// <summary>The class of this name.</summary>
    /// <param name="name">Not blank.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static ReferenceClass Named(string name) => new(Check.NotBlank(name), null);

    /// <summary>The class at this place.</summary>
    /// <param name="index">Number from 0.</param>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public static ReferenceClass At(int index) => new(null, Check.AtLeast(index, 0));

    /// <summary>The name in quotes, or "class 3".</summary>
    public override string ToString() =>
        Name is not null ? $"'{Name}'" : string.Create(CultureInfo.InvariantCulture, $"class {Index}");
}

/// <summary>How the logits of several reference classes become one label's.</summary>
public enum ClassMerge
{
    /// <summary>
    /// The largest: the label's score is that of its likeliest class. The default, and what the paper does for ObjectNet.
    /// </summary>
    Max,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The middle one in order of size, or the mean of the middle two.</summary>
    Median,

    /// <summary>The sum. It favours labels with many classes where logits are positive.</summary>
    Sum,
}
