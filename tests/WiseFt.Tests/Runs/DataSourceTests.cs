using System.Text.Json;
using WiseFt.Runs;

namespace WiseFt.Tests.Runs;

/// <summary>Data sets as values: how they are written, and that they can be sent elsewhere.</summary>
public sealed class DataSourceTests : IDisposable
{
    private static readonly string[] _classes = ["bird", "boat", "hand"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("data/train", "folder", "data/train")]
    [InlineData("imagenet-v2:v2", "imagenet-v2", "v2")]
    [InlineData(@"C:\data", "folder", @"C:\data")]
    [InlineData(@"cifar10:C:\data", "cifar10", @"C:\data")]
    [InlineData("folder:csv:x,y", "folder", "csv:x,y")]
    [InlineData("a,b:c", "folder", "a,b:c")]
    [InlineData("Imagenet:x", "folder", "Imagenet:x")]
    public void Parse_FolderOrKnownLayout_IsToldApart(string text, string kind, string location) =>
        DataSource.Parse(text).Should().Match<DataSource>(s => s.Kind == kind && s.Location == location && s.Settings.IsEmpty);

    [Fact]
    public void Parse_List_KeepsSettingsInOrder() =>
        DataSource.Parse("csv:m.csv,path=x/{filename},label=y,where=split=test,where=year>=2016,group=region:code@c.csv:a:b")
            .Settings.Select(s => (s.Key, s.Value)).Should().Equal(
                ("path", "x/{filename}"), ("label", "y"), ("where", "split=test"), ("where", "year>=2016"),
                ("group", "region:code@c.csv:a:b"));

    [Theory]
    [InlineData("csv:", "a path after 'csv:'")]
    [InlineData("csv:m.csv,colour=red", "'colour=red'*csv takes path=…, label=…")]
    [InlineData("csv:m.csv,path=a,path=b", "sets 'path' twice")]
    [InlineData("imagenet:x,split=test", "imagenet takes no settings")]
    [InlineData("cifar10:x,test", "'test' after the path; cifar10 takes split=…")]
    public void Parse_SettingThatIsNone_SaysWhichThereAre(string text, string expected) =>
        FluentActions.Invoking(() => DataSource.Parse(text)).Should().Throw<FormatException>()
            .WithMessage($"{DataSource.Subject} *{expected}*");

    [Theory]
    [InlineData("cifar10:x,split=val", "split is 'val'; expected test or train")]
    [InlineData("objectnet:x,border=-1", "border is '-1'")]
    [InlineData("csv:m.csv,where=split", "The condition is 'split'")]
    [InlineData("csv:m.csv,path=", "Path is ''")]
    public void Load_SettingOutOfRange_IsNamed(string text, string expected) =>
        FluentActions.Invoking(() => DataSource.Parse(text).Load(null)).Should().Throw<FormatException>()
            .WithMessage($"{DataSource.Subject} *{expected}*");

    [Theory]
    [InlineData("{0}/images")]
    [InlineData("csv:{0}/list.csv,path=file,label=y,where=half=even,group=half,group=style")]
    public void Json_ThereAndBack_GivesTheSameImages(string form)
    {
        WriteImages();
        DataSource source = DataSource.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, _folder.Path));

        DataSource back = JsonSerializer.Deserialize<DataSource>(JsonSerializer.Serialize(source))!;

        back.Should().Be(source).And.NotBeSameAs(source);
        back.GetHashCode().Should().Be(source.GetHashCode());
        LabelledImages sent = back.Load(null), kept = source.Load(null);
        sent.Count.Should().BeGreaterThan(2);
        sent.Images.Select(i => i.Name).Should().Equal(kept.Images.Select(i => i.Name));
        sent.Labels.Should().Equal(kept.Labels);
        sent.ClassNames.Should().Equal(kept.ClassNames);
        sent.Groupings.Should().BeEquivalentTo(kept.Groupings, o => o.WithStrictOrdering());
    }

    [Fact]
    public void Equality_OfOtherSettings_IsNone() =>
        DataSource.Parse("csv:m.csv,path=a").Should().NotBe(DataSource.Parse("csv:m.csv,path=b"))
            .And.Be(DataSource.Parse("csv:m.csv,path=a"));

    [Fact]
    public void Json_OfAnUnknownLayout_IsRefused() =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize<DataSource>("""{"Kind": "tar", "Location": "x", "Settings": []}"""))
            .Should().Throw<ArgumentException>().WithMessage("*'tar'; expected cifar10,*");

    [Fact]
    public void Json_OfAShift_BringsItsMapping()
    {
        ShiftSource shift = new("art", DataSource.Parse("x"), "imagenet-r");

        ShiftSource back = JsonSerializer.Deserialize<ShiftSource>(JsonSerializer.Serialize(shift))!;

        back.Should().Be(shift);
        (back.Data.Kind, back.Mapping).Should().Be(("imagenet-r", "imagenet-r"));
    }

    private void WriteImages()
    {
        List<string> rows = ["file,y,half,style"];
        foreach (string name in _classes)
        {
            string target = Directory.CreateDirectory(_folder.At("images", name)).FullName;
            string[] files = Directory.GetFiles(Fixtures.Data("emoji-shift/shifts/twemoji/" + name));
            foreach (string file in files.Order(StringComparer.Ordinal).Take(3))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
                rows.Add($"images/{name}/{Path.GetFileName(file)},{name},{(rows.Count % 2 == 0 ? "odd" : "even")},twemoji");
            }
        }
        File.WriteAllLines(_folder.At("list.csv"), rows);
    }
}
