using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class BuiltInMappingTests
{
    [Theory]
    [InlineData("imagenet", 1000, 1000)]
    [InlineData("imagenet-v2", 1000, 1000)]
    [InlineData("imagenet-sketch", 1000, 1000)]
    [InlineData("imagenet-a", 200, 200)]
    [InlineData("imagenet-r", 200, 200)]
    [InlineData("objectnet", 113, 125)]
    public void BuiltIn_EveryName_BindsToImageNetsClasses(string name, int labels, int referenceClasses)
    {
        LabelSpace space = ClassMapping.BuiltIn(name).Bind(ImageNetClasses.Wnids);

        ClassMapping.BuiltInNames.Should().Contain(name);
        space.ClassNames.Should().HaveCount(labels);
        space.ReferenceIndices.SelectMany(r => r).Should().HaveCount(referenceClasses).And.OnlyHaveUniqueItems();
    }

    // mlfoundations/wise-ft src/datasets/imagenet_a.py and imagenet_r.py: the first and the last of CLASS_SUBLIST, and their sums.
    [Theory]
    [InlineData("imagenet-a", 6, 988, 102178)]
    [InlineData("imagenet-r", 1, 988, 86135)]
    public void BuiltIn_Sublist_IsTheReferences(string name, int first, int last, int sum)
    {
        int[] classes = [.. ClassMapping.BuiltIn(name).Bind(ImageNetClasses.Wnids).ReferenceIndices.Select(r => r[0])];

        (classes[0], classes[^1], classes.Sum()).Should().Be((first, last, sum));
        classes.Should().BeInAscendingOrder();
    }

    // wise-ft's get_metadata of src/datasets/objectnet.py gives these numbers.
    [Theory]
    [InlineData("alarm_clock", 409, 530)]
    [InlineData("chair", 423, 559, 765)]
    [InlineData("banana", 954)]
    public void BuiltIn_ObjectNet_JoinsTheReferencesClasses(string label, params int[] expected)
    {
        LabelSpace space = ClassMapping.BuiltIn("objectnet").Bind(ImageNetClasses.Names);

        space.ReferenceIndices[space.ClassNames.IndexOf(label)].Should().BeEquivalentTo(expected);
        space.ClassNames.Should().BeInAscendingOrder(StringComparer.Ordinal);
    }

    [Fact]
    public void BuiltIn_ModelsNamedInOtherWays_GiveTheSameSpace()
    {
        ClassMapping mapping = ClassMapping.BuiltIn("imagenet-r");
        string[] numbers = [.. Enumerable.Range(0, 1000).Select(i => $"{i}")];

        foreach (IReadOnlyList<string> names in new IReadOnlyList<string>[] { ImageNetClasses.Names, numbers })
            mapping.Bind(names).ReferenceIndices.Select(r => r[0])
                .Should().Equal(mapping.Bind(ImageNetClasses.Wnids).ReferenceIndices.Select(r => r[0]));
        string[] sorted = [.. numbers.Order(StringComparer.Ordinal)]; // a model trained on folders 0, 1, 10, …
        mapping.Bind(sorted).ReferenceIndices[0].Should().Equal(Array.IndexOf(sorted, "1"));
    }

    [Fact]
    public void BuiltIn_ModelOfOtherClasses_SaysWhichAndWhatIsExpected()
    {
        FluentActions.Invoking(() => ClassMapping.BuiltIn("imagenet-r").Bind(["cat", "dog"]))
            .Should().Throw<ArgumentException>().WithMessage("2 of the model's 2 classes*'cat', 'dog'*n01440764*");
        FluentActions.Invoking(() => ClassMapping.BuiltIn("imagenet-a").Bind(ImageNetClasses.WnidsOfR))
            .Should().Throw<ArgumentException>()
            .WithMessage("Mapping 'imagenet-a' refers to * classes that the 200 reference classes do not have*'n01558993'*");
    }

    [Fact]
    public void BuiltIn_UnknownName_ListsThoseThereAre() =>
        FluentActions.Invoking(() => ClassMapping.BuiltIn("imagenet-x"))
            .Should().Throw<ArgumentException>().WithMessage("*'imagenet-x'*imagenet-a, imagenet-r, objectnet*");
}
