using SkiaSharp;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class LabelConflictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_SameBytesInTwoClasses_NamesThem()
    {
        _folder.Images("a/1.png", "b/copy.png").Image("b/2.png", 2, 2, (_, _) => SKColors.Red)
            .Image("a/3.png", 2, 2, (_, _) => SKColors.Blue);

        LabelConflict found = LabelConflict.Find(LabelledImages.FromFolder(_folder.Path), default).Should().ContainSingle().Subject;

        found.Names.Should().Equal(_folder.At("a", "1.png"), _folder.At("b", "copy.png"));
        found.Classes.Should().Equal("a", "b");
    }

    [Fact]
    public void Find_OnePathUnderTwoLabelsOfAList_NamesIt()
    {
        _folder.Image("1.png", 2, 2, (_, _) => SKColors.Red).Image("2.png", 3, 2, (_, _) => SKColors.Blue)
            .Write("l.csv", "path,label\n1.png,a\n2.png,b\n1.png,b\n2.png,b\n");

        LabelConflict found = LabelConflict.Find(ImageList.Read(_folder.At("l.csv")), default).Should().ContainSingle().Subject;

        found.Names.Should().Equal(_folder.At("1.png"));
        found.Classes.Should().Equal("a", "b");
    }

    [Fact]
    public void Find_SameBytesInOneClassOrUnreadableFiles_SaysNothing()
    {
        _folder.Images("a/1.png", "a/2.png").Image("b/1.png", 4, 4, (x, _) => x > 1 ? SKColors.Red : SKColors.Blue);
        LabelledImages images = LabelledImages.FromFolder(_folder.Path);
        var missing = new LabelledImages(["a", "b"], [.. new[] { "no/1.png", "no/2.png" }.Select(ImageSource.FromFile)], [0, 1]);

        LabelConflict.Find(images, default).Should().BeEmpty();
        LabelConflict.Find(missing, default).Should().BeEmpty();
    }
}
