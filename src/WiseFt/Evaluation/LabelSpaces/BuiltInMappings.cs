using System.Collections.Immutable;
using WiseFt.Images;

namespace WiseFt.Evaluation;

/// <summary>The label spaces of the ImageNet family.</summary>
internal static class BuiltInMappings
{
    private static readonly ImmutableArray<(string Name, string Description,
        Func<IEnumerable<(string Label, ImmutableArray<string> Wnids)>> Classes)> _all =
    [
        ("imagenet", "ImageNet's 1000 classes by wnid.", () => Same(ImageNetClasses.Wnids)),
        ("imagenet-v2", "ImageNet-V2's classes: ImageNet's 1000 by wnid.", () => Same(ImageNetClasses.Wnids)),
        ("imagenet-sketch", "ImageNet-Sketch's classes: ImageNet's 1000 by wnid.", () => Same(ImageNetClasses.Wnids)),
        ("imagenet-a", "ImageNet-A's 200 classes by wnid. mlfoundations/wise-ft src/datasets/imagenet_a.py.",
            () => Same(ImageNetClasses.WnidsOfA)),
        ("imagenet-r", "ImageNet-R's 200 classes by wnid. mlfoundations/wise-ft src/datasets/imagenet_r.py.",
            () => Same(ImageNetClasses.WnidsOfR)),
        ("objectnet", "ObjectNet's 113 objects that are classes of ImageNet, 125 of them. ObjectNet's objectnet_to_imagenet_1k.json.",
            () => ObjectNetFolders.Mapped.Select(f => (f, ObjectNetFolders.All[f]))),
    ];

    public static ImmutableArray<string> Names => [.. _all.Select(m => m.Name)];

    public static ClassMapping Find(string name)
    {
        Check.NotBlank(name);
        var found = _all.FirstOrDefault(m => m.Name == name);
        return found.Name is null
            ? throw new ArgumentException(
                $"There is no built-in mapping '{name}'; there are {string.Join(", ", Names)}. " +
                "Write a mapping file for other data sets (docs/label-spaces.md).", nameof(name))
            : new ClassMapping
            {
                Name = found.Name,
                Description = found.Description,
                Classes = [.. found.Classes().Select(c => new MappedClass(c.Label, [.. c.Wnids.Select(ReferenceClass.Named)]))],
                IsByWnid = true,
            };
    }

    private static IEnumerable<(string Label, ImmutableArray<string> Wnids)> Same(ImmutableArray<string> wnids) =>
        wnids.Select(w => (w, ImmutableArray.Create(w)));
}
