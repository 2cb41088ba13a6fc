using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>The 313 folders of ObjectNet 1.0 and the classes of ImageNet that 113 of them show.</summary>
/// <remarks>ObjectNet's objectnet_to_imagenet_1k.json and folder_to_objectnet_label.json, as mlfoundations/wise-ft
/// src/datasets/objectnet_metadata has them. The two must not be joined by their labels' order: the folders' names are sorted anew.</remarks>
internal static class ObjectNetFolders
{
    private static readonly Lazy<ImmutableSortedDictionary<string, ImmutableArray<string>>> _all = new(Read);

    /// <summary>Wnids by folder; none where ImageNet lacks the object.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<string>> All => _all.Value;

    /// <summary>The folders that show a class of ImageNet, in ordinal order: 113.</summary>
    public static ImmutableArray<string> Mapped => [.. All.Where(f => f.Value.Length > 0).Select(f => f.Key)];

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Read() => ImageNetClasses.Lines("objectnet-folders.txt")
        .Select(line => line.Split(' ')).ToImmutableSortedDictionary(w => w[0], w => ImmutableArray.Create(w.AsSpan(1)), StringComparer.Ordinal);
}
