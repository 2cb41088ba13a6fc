using WiseFt.Images;
using WiseFt.Runs;

namespace WiseFt.Tool.Tests;

/// <summary>How the command line names shifts, mappings, classes and devices.</summary>
public sealed class SharedOptionsTests
{
    [Fact]
    public void Shifts_OfTheImageNetFamily_BringTheirMapping()
    {
        ShiftSource[] shifts = SharedOptions.Shifts(["a=imagenet-a:x", "b=y", "c=z"], ["c=objectnet"]);

        shifts.Select(s => (s.Data.Kind, s.Mapping)).Should().Equal(
            ("imagenet-a", "imagenet-a"), ("folder", null), ("objectnet", "objectnet"));
    }

    [Theory]
    [InlineData(new[] { "a=x", "a=y" }, new string[0], "--shift names 'a' twice")]
    [InlineData(new[] { "a" }, new string[0], "--shift is 'a'; expected NAME=DIR")]
    [InlineData(new[] { "a=csv:" }, new string[0], "--shift is 'csv:'; expected a path after 'csv:'")]
    [InlineData(new[] { "a=x" }, new[] { "b=imagenet-r" }, "--mapping is for 'b', and no --shift has that name")]
    [InlineData(new[] { "a=x" }, new[] { "a=imagenet-r", "a=objectnet" }, "--mapping names 'a' twice")]
    [InlineData(new[] { "a=x" }, new[] { "a=imagenet-x" }, "'imagenet-x' is no file and no built-in mapping; there are imagenet,")]
    [InlineData(new[] { "a=x" }, new[] { "imagenet-r" }, "--mapping is 'imagenet-r'; expected NAME=MAPPING")]
    public void Shifts_ThatDoNotFitTogether_AreRefused(string[] shifts, string[] mappings, string expected) =>
        FluentActions.Invoking(() => SharedOptions.Shifts(shifts, mappings)).Should().Throw<UsageException>().WithMessage($"*{expected}*");

    [Fact]
    public void ClassNames_ImageNet_AreOpenAIsForTheFoldersWnids()
    {
        SharedOptions.ReadClassNames("imagenet", ["n01440764", "n15075141"]).Should().Equal("tench", "toilet paper");
        FluentActions.Invoking(() => SharedOptions.ReadClassNames("imagenet", ["tench"]))
            .Should().Throw<ArgumentException>().WithMessage("*'tench'*");
        SharedOptions.ReadClassNames(null, ["a", "b"]).Should().BeNull();
        SharedOptions.ReadClassNames(Fixtures.Data("emoji-shift/templates.txt"), File.ReadAllLines(
            Fixtures.Data("emoji-shift/templates.txt"))).Should().NotBeNull();
    }

    [Theory]
    [InlineData("tpu", "--device is 'tpu'; expected cpu, cuda, cuda:N with the GPU's number, or mps.")]
    [InlineData("cuda:999", "--device is 'cuda:999', but *`wiseft doctor` says more.")]
    public void ParseDevice_NoneThatIsThere_NamesTheFlag(string text, string expected) =>
        FluentActions.Invoking(() => SharedOptions.ParseDevice(text)).Should().Throw<UsageException>().WithMessage(expected);
}
