using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class LabelledImagesWithGroupsTests : IDisposable
{
    private readonly TemporaryFolder _data = new TemporaryFolder().Images("a/1.png", "a/2.png", "b/3.png")
        .Write("a/broken.png", "no image");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void WithClassNames_OtherOrder_KeepsEveryImagesClassAndGroup()
    {
        LabelledImages set = new LabelledImages(["a", "b", "c"], Sources(3), [1, 0, 1])
        {
            Groupings = [new ImageGroups("half", ["x", "y"], [0, 1, 1])],
        };

        LabelledImages other = set.WithClassNames(["d", "b", "a"]);

        other.Labels.Should().Equal([1, 2, 1], "c has no image, so that it need not be there");
        other.Groupings.Should().Equal(set.Groupings);
        set.WithClassNames(["a", "b", "c"]).Should().BeSameAs(set);
        set.ClassesWithoutImages().Should().Equal("c");
    }

    [Fact]
    public void WithClassNames_MissingClass_IsNamed() =>
        FluentActions.Invoking(() => new LabelledImages(["a", "b"], Sources(2), [0, 1]).WithClassNames(["a", "c"]))
            .Should().Throw<ArgumentException>().WithMessage("*1 classes*'b'*wanted are 'a', 'c'*mapping*");

    [Fact]
    public void WithoutUnreadable_DropsTheGroupsOfDroppedImages()
    {
        LabelledImages folder = LabelledImages.FromFolder(_data.Path);
        var set = new LabelledImages(folder.ClassNames, folder.Images, folder.Labels)
        {
            Groupings = [new ImageGroups("n", ["0", "1", "2", "3"], [0, 1, 2, 3])],
        };

        set.WithoutUnreadable().Readable.Groupings[0].Indices.Should().Equal(0, 1, 3);
    }

    [Fact]
    public void Groupings_OfOtherLengthOrTwice_AreRefused()
    {
        var groups = new ImageGroups("half", ["x", "y"], [0, 1]);
        FluentActions.Invoking(() => new LabelledImages(["a"], Sources(3), [0, 0, 0]) { Groupings = [groups] })
            .Should().Throw<ArgumentException>().WithMessage("'half' groups 2 images, and there are 3*");
        FluentActions.Invoking(() => new LabelledImages(["a"], Sources(2), [0, 0]) { Groupings = [groups, groups] })
            .Should().Throw<ArgumentException>().WithMessage("Two groupings are named 'half'*");
        FluentActions.Invoking(() => new ImageGroups("half", ["x", "x"], [0]))
            .Should().Throw<ArgumentException>().WithMessage("*'x' of 'half' occurs twice*");
        FluentActions.Invoking(() => new ImageGroups("half", ["x"], [1]))
            .Should().Throw<ArgumentException>().WithMessage("Image 0 is in group 1*0 to 0*");
    }

    private static ImageSource[] Sources(int count) => [.. Enumerable.Range(0, count).Select(i => ImageSource.FromFile($"{i}.png"))];
}
