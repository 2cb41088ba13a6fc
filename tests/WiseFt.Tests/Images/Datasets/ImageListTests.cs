using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class ImageListTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public ImageListTests() => _data.Images("x/1.png", "x/2.png", "x/3.png", "x/4, last.png");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Read_PathAndLabel_InTheOrderOfTheRows()
    {
        LabelledImages set = Read("path,label\nx/2.png,dog\nx/1.png,cat\r\n\"x/4, last.png\",\"dog\"");

        set.ClassNames.Should().Equal("cat", "dog");
        set.Labels.Should().Equal(1, 0, 1);
        set.Images[2].Name.Should().Be(_data.At("x/4, last.png"));
        set.Images[2].Decode().Width.Should().Be(2);
        set.Groupings.Should().BeEmpty();
    }

    [Fact]
    public void Read_LabelsThatAreNumbers_AreInOrderOfNumber() =>
        Read("path,label\nx/1.png,10\nx/2.png,2\nx/3.png,1\n").ClassNames.Should().Equal("1", "2", "10");

    // As WILDS's iWildCam: metadata.csv beside the folder train.
    [Fact]
    public void Read_IWildCamsColumns_GiveImagesClassesAndLocations()
    {
        LabelledImages set = Read(
            "split,filename,y,location_remapped\ntrain,1.png,0,7\ntest,2.png,3,12\ntest,3.png,0,7\n", new ImageListOptions
            {
                Path = "x/{filename}",
                Label = "y",
                Groups = [ImageListGroup.Parse("location_remapped")],
                Where = [ImageListCondition.Parse("split=test")],
            });

        set.Count.Should().Be(2);
        set.ClassNames.Should().Equal(["0", "3"], "the classes are those of all splits");
        set.Labels.Should().Equal(1, 0);
        set.Groupings[0].Names.Should().Equal("7", "12");
        set.Groupings[0].Indices.Should().Equal(1, 0);
    }

    // As WILDS's FMoW: no paths, the region by way of the country, splits by time.
    [Fact]
    public void Read_FMoWsColumns_GiveRowsRegionsAndTimes()
    {
        _data.Images("images/rgb_img_0.png", "images/rgb_img_1.png", "images/rgb_img_2.png", "images/rgb_img_3.png")
            .Write("countries.csv", "name,alpha-3,region\nFrance,FRA,Europe\nKenya,KEN,Africa\nItaly,ITA,Europe\n");

        LabelledImages set = Read(
            "split,category,country_code,timestamp\ntest,zoo,FRA,2015-12-31T00:00:00Z\ntest,zoo,KEN,2016-01-01T00:00:00Z\n" +
            "test,airport,ITA,2017-05-01T00:00:00Z\ntest,zoo,XXX,2017-05-01T00:00:00Z\n",
            new ImageListOptions
            {
                Path = "images/rgb_img_{row}.png",
                Label = "category",
                Groups = [ImageListGroup.Parse("region:country_code@countries.csv:alpha-3:region", _data.Path)],
                Where = [ImageListCondition.Parse("split=test"), ImageListCondition.Parse("timestamp>=2016-01-01")],
            });

        set.Images.Select(i => Path.GetFileName(i.Name)).Should().Equal("rgb_img_1.png", "rgb_img_2.png", "rgb_img_3.png");
        set.Groupings[0].Name.Should().Be("region");
        set.Groupings[0].Names.Should().Equal("Africa", "Europe");
        set.Groupings[0].Indices.Should().Equal(0, 1, ImageGroups.None);
    }

    [Fact]
    public void Read_BlankAndIgnoredGroups_CountInNone()
    {
        LabelledImages set = Read("path,label,region\nx/1.png,a,Other\nx/2.png,a,\nx/3.png,b,Asia\n", new ImageListOptions
        {
            Groups = [new ImageListGroup("region", "region") { Ignored = ["Other"] }],
        });

        set.Groupings[0].Indices.Should().Equal(ImageGroups.None, ImageGroups.None, 0);
    }

    [Fact]
    public void Read_ModelsClasses_GiveTheLabelsTheirOrder()
    {
        LabelledImages set = Read("path,label\nx/1.png,dog\n", new ImageListOptions { ClassNames = ["fish", "dog", "cat"] });

        set.Labels.Should().Equal(1);
        set.ClassNames.Should().Equal("fish", "dog", "cat");
    }

    [Theory]
    [InlineData("", "the file is empty*header line")]
    [InlineData("path,label\n", "a header and no rows")]
    [InlineData("file,label\nx/1.png,a\n", "no column 'path' for the path*'file', 'label'")]
    [InlineData("path,class\nx/1.png,a\n", "no column 'label' for the label*'path', 'class'")]
    [InlineData("path,label,label\nx/1.png,a,b\n", "column 'label' occurs twice")]
    [InlineData("path,label\nx/1.png,a\nx/4, last.png,b\n", "line 3: found 3 cells*Expected 2*quotes")]
    [InlineData("path,label\n\"x/1.png,a\n", "begins at line 2 does not end")]
    [InlineData("path,label\nx/1.png,a\nx/2.png,\n", "line 3: the label (column 'label') is blank")]
    [InlineData("path,label\nx/1.png,\nx/2.png,\n", "line 2: the label (column 'label') is blank")]
    [InlineData("path,label\ny/1.png,a\n", "line 2: there is no image *1.png. *Root")]
    [InlineData("path,label\ny/1.png,a\ny/2.png,a\n", "line 2: there is no image *1.png, nor any of the next 1. *Root")]
    [InlineData("path,label\n\"x/1.png\"a,b\n", "line 2: found 'a' after a closing quote")]
    public void Read_MalformedList_SaysWhereAndWhat(string list, string expected) => Refused(list, new ImageListOptions(), expected);

    [Fact]
    public void Read_OneMissingImage_IsAnImageThatCannotBeRead()
    {
        var (readable, unreadable) = Read("path,label\nx/none.png,a\nx/1.png,b\n").WithoutUnreadable();

        readable.Labels.Should().Equal(1);
        unreadable.Should().ContainSingle().Which.Message.Should().Contain("none.png");
    }

    [Fact]
    public void Read_TextThatIsNotUtf8_IsRefused()
    {
        _data.Write("list.csv", [.. "path,label\nx/1.png,"u8, 0xe4, (byte)'\n']); // Latin-1
        FluentActions.Invoking(() => ImageList.Read(_data.At("list.csv")))
            .Should().Throw<ImageException>().WithMessage("*list.csv: the text is not UTF-8*");
    }

    [Fact]
    public void Read_ByteOrderMark_IsNoPartOfTheFirstColumn()
    {
        _data.Write("list.csv", [0xef, 0xbb, 0xbf, .. "path,label\r\nx/1.png,a\r\n\r\n"u8]);
        ImageList.Read(_data.At("list.csv")).Count.Should().Be(1);
    }

    [Fact]
    public void Read_ConditionsThatNoRowMeets_ListsWhatTheColumnsHold() =>
        Refused(
            "path,label,split\nx/1.png,a,train\nx/2.png,a,val\n", new ImageListOptions { Where = [ImageListCondition.Parse("split=test")] },
            "none of the 2 rows meets split=test; 'split' has 'train', 'val'");

    [Fact]
    public void Read_LabelThatIsNoClass_IsNamed() =>
        Refused(
            "path,label\nx/1.png,a\nx/2.png,wolf\n", new ImageListOptions { ClassNames = ["a", "b"] },
            "line 3: the label 'wolf' is none of the 2 classes: 'a', 'b'");

    [Fact]
    public void Read_GroupsOfNoImage_SaysSo() =>
        Refused(
            "path,label,region\nx/1.png,a,\n", new ImageListOptions { Groups = [ImageListGroup.Parse("region")] },
            "none of the 1 images has a group 'region'");

    [Fact]
    public void Read_LookupWithTwoAnswers_NamesThem()
    {
        _data.Write("countries.csv", "code,region\nFRA,Europe\nFRA,Asia\n");
        Refused(
            "path,label,code\nx/1.png,a,FRA\n",
            new ImageListOptions { Groups = [ImageListGroup.Parse("region:code@countries.csv:code:region", _data.Path)] },
            "countries.csv, line 3: 'FRA' is 'Asia' here and 'Europe' before");
    }

    [Theory]
    [InlineData("split=test", "test", true)]
    [InlineData("split=test", "Test", false)]
    [InlineData("split!=test", "val", true)]
    [InlineData("year>=9", "10", true)]
    [InlineData("year<9", "10", false)]
    [InlineData("day<2016-01-01", "2015-12-31", true)]
    [InlineData("note=a=b", "a=b", true)]
    [InlineData("note=", "", true)]
    public void Condition_Parsed_HoldsForCells(string condition, string cell, bool holds)
    {
        ImageListCondition parsed = ImageListCondition.Parse(condition);
        parsed.Holds(cell).Should().Be(holds);
        parsed.ToString().Should().Be(condition);
    }

    [Fact]
    public void ConditionAndGroup_OfAnotherForm_SayWhatIsExpected()
    {
        FluentActions.Invoking(() => ImageListCondition.Parse("split"))
            .Should().Throw<FormatException>().WithMessage("*'split'*split=test*");
        FluentActions.Invoking(() => ImageListGroup.Parse("region:code@countries.csv"))
            .Should().Throw<FormatException>().WithMessage("*NAME:COLUMN@FILE:KEY:VALUE*");
    }

    private LabelledImages Read(string list, ImageListOptions? options = null) =>
        ImageList.Read(_data.Write("list.csv", list).At("list.csv"), options);

    private void Refused(string list, ImageListOptions options, string expected) =>
        FluentActions.Invoking(() => Read(list, options)).Should().Throw<ImageException>().WithMessage($"*{expected}*");
}
