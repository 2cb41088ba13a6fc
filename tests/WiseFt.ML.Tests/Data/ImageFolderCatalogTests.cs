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
    public void LoadImageFolder_OfAMissingFolder_NamesIt() =>
        _mlContext.Data.Invoking(d => d.LoadImageFolder("no/such/folder")).Should().Throw<ImageException>().WithMessage("*no/such/folder*");
}
