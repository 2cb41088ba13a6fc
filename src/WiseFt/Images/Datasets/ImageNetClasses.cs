using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>The classes of ImageNet (ILSVRC 2012) and of the data sets made after it.</summary>
/// <remarks>
/// Names: openai/CLIP notebooks/Prompt_Engineering_for_ImageNet.ipynb, the same as open_clip's. Wnids: the order of PyTorch and Keras,
/// which is that of the wnids. Sublists: mlfoundations/wise-ft src/datasets/imagenet_a.py and imagenet_r.py.
/// </remarks>
public static class ImageNetClasses
{
    private static readonly Lazy<ImmutableArray<string>> _names = new(() => Lines("class-names-imagenet.txt"));
    private static readonly Lazy<ImmutableArray<string>> _wnids = new(() => Lines("wnids-imagenet.txt"));
    private static readonly Lazy<ImmutableArray<string>> _a = new(() => Lines("wnids-imagenet-a.txt"));
    private static readonly Lazy<ImmutableArray<string>> _r = new(() => Lines("wnids-imagenet-r.txt"));

    /// <summary>OpenAI's 1000 names for the prompts, in ImageNet's order. "missile" and "sunglasses" occur twice each.</summary>
    public static ImmutableArray<string> Names => _names.Value;

    /// <summary>WordNet's 1000 ids ("n01440764"), which the folders of ImageNet are called, in the same order: ascending.</summary>
    public static ImmutableArray<string> Wnids => _wnids.Value;

    /// <summary>The 200 wnids of ImageNet-A, ascending.</summary>
    public static ImmutableArray<string> WnidsOfA => _a.Value;

    /// <summary>The 200 wnids of ImageNet-R, ascending.</summary>
    public static ImmutableArray<string> WnidsOfR => _r.Value;

    /// <summary>The names of wnids, in their order.</summary>
    /// <param name="wnids">Wnids of ImageNet, in any number.</param>
    /// <exception cref="ArgumentException">One is none of the 1000.</exception>
    public static ImmutableArray<string> NamesOf(IReadOnlyList<string> wnids)
    {
        var placeOf = Wnids.Index().ToDictionary(w => w.Item, w => w.Index, StringComparer.Ordinal);
        string[] unknown = [.. Check.NotEmpty(wnids).Where(w => !placeOf.ContainsKey(w))];
        if (unknown.Length > 0)
            throw new ArgumentException(
                $"{unknown.Length} of {wnids.Count} classes are no wnids of ImageNet: {Listed.Classes(unknown)}. " +
                $"Expected ids such as '{Wnids[0]}'.", nameof(wnids));
        return [.. wnids.Select(w => Names[placeOf[w]])];
    }

    /// <summary>The wnids of classes that are named by wnid, by number from 0, or by OpenAI's 1000 names in their order.</summary>
    /// <exception cref="ArgumentException">They are named otherwise.</exception>
    internal static IReadOnlyList<string> ToWnids(IReadOnlyList<string> classNames)
    {
        HashSet<string> wnids = new(Wnids, StringComparer.Ordinal);
        string[] others = [.. Check.NotEmpty(classNames).Where(name => !wnids.Contains(name))];
        if (others.Length == 0) return classNames;
        if (classNames.SequenceEqual(Names, StringComparer.Ordinal)) return Wnids;
        if (classNames.All(name => LabelOrder.Number(name) < Wnids.Length))
            return [.. classNames.Select(name => Wnids[LabelOrder.Number(name)!.Value])];
        throw new ArgumentException(
            $"{others.Length} of the model's {classNames.Count} classes are not named as ImageNet's " +
            $"({string.Join(", ", others.Take(3).Select(n => $"'{n}'"))}{(others.Length > 3 ? ", …" : "")}). " +
            $"Expected wnids such as '{Wnids[0]}', the numbers 0 to {Wnids.Length - 1}, or OpenAI's {Names.Length} names in their order. " +
            "Write a mapping file for other names (docs/label-spaces.md).", nameof(classNames));
    }

    /// <summary>The lines of an embedded text.</summary>
    internal static ImmutableArray<string> Lines(string resource)
    {
        using Stream stream = typeof(ImageNetClasses).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}

/// <summary>The 313 folders of ObjectNet 1.0 and the classes of ImageNet that 113 of them show.</summary>
/// <remarks>ObjectNet's objectnet_to_imagenet_1k.json and folder_to_objectnet_label.json, as mlfoundations/wise-ft
/// src/datasets/objectnet_metadata has them. The two must not be joined by their labels' order:
/// the folders' names are sorted anew.</remarks>
internal static class ObjectNetFolders
{
    private static readonly Lazy<ImmutableSortedDictionary<string, ImmutableArray<string>>> _all = new(Read);

    /// <summary>Wnids by folder; none where ImageNet lacks the object.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<string>> All => _all.Value;

    /// <summary>The folders that show a class of ImageNet, in ordinal order: 113.</summary>
    public static ImmutableArray<string> Mapped => [.. All.Where(f => f.Value.Length > 0).Select(f => f.Key)];

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Read() => ImageNetClasses.Lines("objectnet-folders.txt")
        .Select(line => line.Split(' '))
        .ToImmutableSortedDictionary(w => w[0], w => ImmutableArray.Create(w.AsSpan(1)), StringComparer.Ordinal);
}
