using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML.Tests;

public sealed class ImageFolderCatalogTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void LoadImageFolder_OfAFolderOfFolders_GivesPathAndLabelInOrdinalOrder()
    {
        string folder = Fixtures.Data("emoji-shift/reference/test");

        IDataView data = _mlContext.Data.LoadImageFolder(folder);

        data.Schema.Select(c => (c.Name, c.Type))
            .Should().Equal(("ImagePath", TextDataViewType.Instance), ("Label", (DataViewType)TextDataViewType.Instance));
        string[] paths = [.. data.GetColumn<string>("ImagePath")], labels = [.. data.GetColumn<string>("Label")];
        paths.Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyContain(p => File.Exists(p));
        labels.Should().Equal(paths.Select(p => Path.GetFileName(Path.GetDirectoryName(p))));
        data.GetRowCount().Should().Be(paths.Length).And.BeGreaterThan(100);
        data.CanShuffle.Should().BeTrue();
    }

    [Fact]
    public void LoadImageFolder_WithOtherFormats_WarnsAndCountsThem()
    {
        List<string> log = [];
        _mlContext.Log += (_, message) => log.Add(message.Message);

        IDataView data = _mlContext.Data.LoadImageFolder(Fixtures.Path("cases/f-ext"));

        data.GetRowCount().Should().Be(11);
        log.Should().ContainSingle(m => m.Contains("left out 5 files")).Which.Should().Contain("2 TIFF image");
    }

    [Fact]
    public void LoadImageFolder_OfANameTakenApart_GivesItComposed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cafe\u0301/1.png", [1]).Write("dog/1.png", [1]);

        _mlContext.Data.LoadImageFolder(folder.Path).GetColumn<string>("Label").Should().Equal("caf\u00e9", "dog");
    }

    [Fact]
    public void LoadImageFolder_OfAMissingFolder_NamesIt() =>
        _mlContext.Data.Invoking(d => d.LoadImageFolder("no/such/folder")).Should().Throw<ImageException>().WithMessage("*no/such/folder*");
}
