using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>Class folders as people have them: any ending, folders in folders, and things that are no images.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FromFolder_WithManyEndings_ReadsByContentAndCountsTheRest()
    {
        LabelledImages images = LabelledImages.FromFolder(Fixtures.Path("cases/f-ext"));

        images.Images.Select(i => Path.GetFileName(i.Name)).Should().Equal(
            "0.jpg", "1.jpg", "noext", "x.JPG", "x.Jpeg", "x.PNG", "x.jfif", "x.jpe", "x.webp", "0.jpg", "1.jpg");
        images.LeftOut.Select(f => (Path.GetFileName(f.Path), f.Kind)).Should().BeEquivalentTo(
            [
                ("x.ppm", "PNM image (PPM, PGM, PBM)"), ("x.tif", "TIFF image"), ("x.tiff", "TIFF image"), ("y.avif", "AVIF image"),
                ("z.heic", ".heic file"),
            ]);
        images.WithoutUnreadable().Unreadable.Should().BeEmpty();
    }

    [Fact]
    public void FromFolder_WithFoldersInAClass_HasTorchvisionsOrder()
    {
        _folder.Images(
            "cat/z.png", "cat/b/deep/1.png", "cat/b/2.png", "cat/b/10.png", "cat/b-side/3.png", "cat/a/4.png", "cat/B/5.png", "dog/1.png");

        LabelledImages images = LabelledImages.FromFolder(_folder.Path);

        // sorted(os.walk(…)) compares whole paths, in which '-' comes before '/'
        images.Images.Select(i => Path.GetRelativePath(_folder.Path, i.Name).Replace('\\', '/')).Should().Equal(
            "cat/z.png", "cat/B/5.png", "cat/a/4.png", "cat/b/10.png", "cat/b/2.png", "cat/b-side/3.png", "cat/b/deep/1.png", "dog/1.png");
        images.Labels.Should().Equal(0, 0, 0, 0, 0, 0, 0, 1);
        images.LeftOut.Should().BeEmpty();
    }

    [Fact]
    public void FromFolder_WithLinks_FollowsThem_ButNoneThatLeadsBack()
    {
        if (OperatingSystem.IsWindows()) return; // links need a privilege there
        _folder.Images("data/cat/1.png", "elsewhere/2.png", "data/dog/1.png");
        Directory.CreateSymbolicLink(_folder.At("data", "cat", "more"), _folder.At("elsewhere"));
        Directory.CreateSymbolicLink(_folder.At("data", "cat", "self"), _folder.At("data", "cat"));
        Directory.CreateSymbolicLink(_folder.At("data", "cat", "up"), "../..");

        LabelledImages images = LabelledImages.FromFolder(_folder.At("data"));

        images.Images.Select(i => Path.GetRelativePath(_folder.At("data"), i.Name))
            .Should().Equal("cat/1.png", "cat/more/2.png", "dog/1.png");
        images.LeftOut.Select(f => (Path.GetFileName(f.Path), f.Kind)).Should().BeEquivalentTo(
            [("self", "link to a folder above it"), ("up", "link to a folder above it")]);
    }

    [Fact]
    public void FromFolder_WithHiddenAndStrayImages_CountsThem()
    {
        _folder.Images("cat/1.png", "cat/.cache/2.png", "cat/._1.png", "loose.png")
            .Write("cat/.DS_Store", "x").Write("readme.md", "x").Write("cat/BMW.txt", "BM is no picture").Write("cat/empty", "");

        LabelledImages images = LabelledImages.FromFolder(_folder.Path);

        images.Count.Should().Be(1);
        images.LeftOut.Select(f => (Path.GetFileName(f.Path), f.Kind)).Should().BeEquivalentTo(
            [
                ("loose.png", "image in no class's folder"), (".cache", "hidden folder"), ("._1.png", "hidden image"),
                ("BMW.txt", ".txt file"), ("empty", "empty file"),
            ]);
        images.WithClassNames(["dog", "cat"]).LeftOut.Should().HaveCount(5);
    }

    [Fact]
    public void FromFolder_OfAClassWithOtherFormatsAlone_SaysWhich()
    {
        _folder.Images("cat/1.png").Write("dog/1.tif", "II*\0aaaa");

        FluentActions.Invoking(() => LabelledImages.FromFolder(_folder.Path))
            .Should().Throw<ImageException>().WithMessage("*dog: the class has no image*1 TIFF image*");
    }

    [Fact]
    public void FromFolder_OfADataSetsParts_AsksForOne()
    {
        _folder.Images("train/cat/1.png", "test/cat/1.png");

        FluentActions.Invoking(() => LabelledImages.FromFolder(_folder.Path))
            .Should().Throw<ImageException>().WithMessage("*'test', 'train', the parts of a data set*name a part*");
        LabelledImages.FromFolder(_folder.At("train")).ClassNames.Should().Equal("cat");
    }

    [Fact]
    public void WithoutUnreadable_CountsWhatItLeavesOut()
    {
        _folder.Images("cat/1.png").Write("cat/2.png", "no picture");

        LabelledImages readable = LabelledImages.FromFolder(_folder.Path).WithoutUnreadable().Readable;

        readable.LeftOut.Should().Equal(new LeftOutFile(_folder.At("cat", "2.png"), "image that cannot be read"));
    }
}
