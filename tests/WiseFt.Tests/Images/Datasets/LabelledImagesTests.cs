using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class LabelledImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FromFolder_SortsClassesAndFilesOrdinally()
    {
        Touch("b/2.png", "b/10.PNG", "a/x.jpg", "B/y.webp", "a/notes.txt", "a/.hidden.png", ".git/z.png");

        var set = LabelledImages.FromFolder(_folder.Path);

        set.ClassNames.Should().Equal("B", "a", "b");
        set.Images.Select(i => Path.GetRelativePath(_folder.Path, i.Name).Replace('\\', '/'))
            .Should().Equal("B/y.webp", "a/x.jpg", "b/10.PNG", "b/2.png");
        set.Labels.Should().Equal(0, 1, 2, 2);
        set.Count.Should().Be(4);
    }

    [Fact]
    public void FromFolder_WithClassNames_UsesTheirOrder()
    {
        Touch("cat/1.png", "dog/1.png");

        var set = LabelledImages.FromFolder(_folder.Path, ["dog", "fish", "cat"]);

        set.ClassNames.Should().Equal("dog", "fish", "cat");
        set.Labels.Should().Equal(2, 0);
    }

    [Fact]
    public void FromFolder_WithAFolderThatIsNoClass_NamesItAndTheKnownOnes()
    {
        Touch("cat/1.png", "wolf/1.png");

        var act = () => LabelledImages.FromFolder(_folder.Path, ["cat", "dog"]);

        act
            .Should().Throw<ImageException>()
            .WithMessage("*1 of 2 sub-folders are no class of the model: 'wolf'*2 classes are 'cat', 'dog'*");
    }

    [Fact]
    public void FromFolder_WithAnEmptyClass_NamesIt()
    {
        Touch("cat/1.png", "dog/readme.txt");

        var act = () => LabelledImages.FromFolder(_folder.Path);

        act.Should().Throw<ImageException>().WithMessage("*dog: the class has no image (found 1 other files*");
    }

    [Fact]
    public void FromFolder_WithoutSubFolders_SaysWhatIsExpected()
    {
        Touch("1.png");

        var act = () => LabelledImages.FromFolder(_folder.Path);

        act.Should().Throw<ImageException>().WithMessage($"{_folder.Path}: the folder has no sub-folder*one sub-folder of images a class*");
    }

    [Fact]
    public void FromFolder_ThatDoesNotExist_SaysSo()
    {
        var act = () => LabelledImages.FromFolder(_folder.At("nowhere"));

        act.Should().Throw<ImageException>().WithMessage("*nowhere: no such folder*");
    }

    [Fact]
    public void FromFolder_OfTheStarterData_LoadsEveryImage()
    {
        var set = LabelledImages.FromFolder(Fixtures.Data("emoji-shift/reference/test"));

        set.ClassNames.Should().BeInAscendingOrder(StringComparer.Ordinal);
        using var pixels = new ClipPreprocessor { Resolution = 32 }.Load(set.Images);
        pixels.shape.Should().Equal(set.Count, 3, 32, 32);
    }

    [Fact]
    public void Constructor_WithALabelThatIsNoClass_NamesTheImage()
    {
        var image = ImageSource.FromRgb(new RgbImage(1, 1, new byte[3]), "pixel");

        FluentActions.Invoking(() => new LabelledImages(["a"], [image], [1]))
            .Should().Throw<ArgumentException>().WithMessage("Label 1 of image 0 (pixel)*");
        FluentActions.Invoking(() => new LabelledImages(["a", "a"], [image], [0]))
            .Should().Throw<ArgumentException>().WithMessage("*'a' occurs at 0 and at 1*");
        FluentActions.Invoking(() => new LabelledImages(["a"], [image], [])).Should().Throw<ArgumentException>();
    }

    private void Touch(params string[] files)
    {
        foreach (string file in files) _folder.Write(file, [1]);
    }
}
