using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Tool.Tests;

/// <summary>How the command line names data sets, shifts and mappings.</summary>
public sealed class DataSourceTests
{
    [Theory]
    [InlineData("data/train", "folder", "data/train")]
    [InlineData("imagenet-v2:v2", "imagenet-v2", "v2")]
    [InlineData(@"C:\data", "folder", @"C:\data")]
    [InlineData(@"cifar10:C:\data", "cifar10", @"C:\data")]
    [InlineData("folder:csv:x,y", "folder", "csv:x,y")]
    [InlineData("a,b:c", "folder", "a,b:c")]
    [InlineData("Imagenet:x", "folder", "Imagenet:x")]
    public void Parse_FolderOrKnownLayout_IsToldApart(string text, string kind, string location) =>
        DataSource.Parse("--data", text).Should().Match<DataSource>(s => s.Kind == kind && s.Location == location && s.Settings.IsEmpty);

    [Fact]
    public void Parse_List_KeepsSettingsInOrder() =>
        DataSource.Parse("--data", "csv:m.csv,path=x/{filename},label=y,where=split=test,where=year>=2016,group=region:code@c.csv:a:b").Settings.Should().Equal(
            ("path", "x/{filename}"), ("label", "y"), ("where", "split=test"), ("where", "year>=2016"), ("group", "region:code@c.csv:a:b"));

    [Theory]
    [InlineData("csv:", "a path after 'csv:'")]
    [InlineData("csv:m.csv,colour=red", "'colour=red'*csv takes path=…, label=…")]
    [InlineData("csv:m.csv,path=a,path=b", "sets 'path' twice")]
    [InlineData("imagenet:x,split=test", "imagenet takes no settings")]
    [InlineData("cifar10:x,test", "'test' after the path; cifar10 takes split=…")]
    public void Parse_SettingThatIsNone_SaysWhichThereAre(string text, string expected) =>
        FluentActions.Invoking(() => DataSource.Parse("--data", text)).Should().Throw<UsageException>().WithMessage($"--data *{expected}*");

    [Theory]
    [InlineData("cifar10:x,split=val", "split is 'val'; expected test or train")]
    [InlineData("objectnet:x,border=-1", "border is '-1'")]
    [InlineData("csv:m.csv,where=split", "The condition is 'split'")]
    [InlineData("csv:m.csv,path=", "Path is ''")]
    public void Load_SettingOutOfRange_IsNamed(string text, string expected) =>
        FluentActions.Invoking(() => DataSource.Parse("--data", text).Load(null)).Should().Throw<UsageException>().WithMessage($"*{expected}*");

    [Fact]
    public void Shifts_OfTheImageNetFamily_BringTheirMapping()
    {
        ShiftSource[] shifts = ShiftSource.Parse(["a=imagenet-a:x", "b=y", "c=z"], ["c=objectnet"]);

        shifts.Select(s => (s.Data.Kind, s.Mapping?.Name)).Should().Equal(("imagenet-a", "imagenet-a"), ("folder", null), ("objectnet", "objectnet"));
    }

    [Theory]
    [InlineData(new[] { "a=x", "a=y" }, new string[0], "--shift names 'a' twice")]
    [InlineData(new[] { "a" }, new string[0], "--shift is 'a'; expected NAME=DIR")]
    [InlineData(new[] { "a=x" }, new[] { "b=imagenet-r" }, "--mapping is for 'b', and no --shift has that name")]
    [InlineData(new[] { "a=x" }, new[] { "a=imagenet-r", "a=objectnet" }, "--mapping names 'a' twice")]
    [InlineData(new[] { "a=x" }, new[] { "a=imagenet-x" }, "'imagenet-x' is no file and no built-in mapping; there are imagenet,")]
    [InlineData(new[] { "a=x" }, new[] { "imagenet-r" }, "--mapping is 'imagenet-r'; expected NAME=MAPPING")]
    public void Shifts_ThatDoNotFitTogether_AreRefused(string[] shifts, string[] mappings, string expected) =>
        FluentActions.Invoking(() => ShiftSource.Parse(shifts, mappings)).Should().Throw<UsageException>().WithMessage($"*{expected}*");

    [Fact]
    public void Reference_OfFewerClassesThanTheModel_IsRefused() =>
        FluentActions.Invoking(() => ImageSets.LoadReference("--reference", DataSource.Parse("--reference", "imagenet-r:x"), ImageNetClasses.Wnids, false, default))
            .Should().Throw<UsageException>().WithMessage("--reference is imagenet-r, which has 200 classes, and the model has 1000*--shift*");

    [Fact]
    public void ForgottenMapping_OfASublistScoredOverAllClasses_IsNamed()
    {
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.Wnids, ImageNetClasses.WnidsOfR)).Should().Be("imagenet-r");
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.Wnids, ImageNetClasses.WnidsOfA)).Should().Be("imagenet-a");
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.Wnids, ImageNetClasses.WnidsOfA, ClassMapping.BuiltIn("imagenet"))).Should().BeNull();
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.WnidsOfR, ImageNetClasses.WnidsOfR)).Should().BeNull("the model has these classes alone");
        ImageSets.ForgottenMapping(Shift(["a", "b"], ["a"])).Should().BeNull();

        static DistributionShift Shift(IReadOnlyList<string> classes, IReadOnlyList<string> used, ClassMapping? mapping = null) => new(
            "s", new LabelledImages(classes, [.. used.Select(u => ImageSource.FromFile(u + ".png"))], [.. used.Select(u => classes.ToList().IndexOf(u))]), mapping);
    }

    [Fact]
    public void ClassNames_ImageNet_AreOpenAIsForTheFoldersWnids()
    {
        SharedOptions.ReadClassNames("imagenet", ["n01440764", "n15075141"]).Should().Equal("tench", "toilet paper");
        FluentActions.Invoking(() => SharedOptions.ReadClassNames("imagenet", ["tench"])).Should().Throw<ArgumentException>().WithMessage("*'tench'*");
        SharedOptions.ReadClassNames(null, ["a", "b"]).Should().BeNull();
        SharedOptions.ReadClassNames(Fixtures.Data("emoji-shift/templates.txt"), File.ReadAllLines(Fixtures.Data("emoji-shift/templates.txt"))).Should().NotBeNull();
    }
}
