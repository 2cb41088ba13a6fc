using WiseFt.Evaluation;
using WiseFt.Images;
using WiseFt.Runs;

namespace WiseFt.Tool.Tests;

/// <summary>Data that the command line names, and what it says of it.</summary>
public sealed class ImageSetsTests
{
    [Theory]
    [InlineData("csv:m.csv,colour=red", "'colour=red'*csv takes path=…, label=…")]
    [InlineData("cifar10:x,split=val", "split is 'val'; expected test or train")]
    [InlineData("csv:m.csv,path=", "Path is ''")]
    public void Load_NoDataSource_NamesTheFlag(string text, string expected) =>
        FluentActions.Invoking(() => ImageSets.Load("--data", text, false, default))
            .Should().Throw<UsageException>().WithMessage($"--data *{expected}*");

    [Fact]
    public void Reference_OfFewerClassesThanTheModel_IsRefused() =>
        FluentActions.Invoking(() => ImageSets.LoadReference(
                "--reference", DataSource.Parse("imagenet-r:x"), ImageNetClasses.Wnids, false, default))
            .Should().Throw<UsageException>()
            .WithMessage("--reference is imagenet-r, which has 200 classes, and the model has 1000*--shift*");

    [Fact]
    public void ForgottenMapping_OfASublistScoredOverAllClasses_IsNamed()
    {
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.Wnids, ImageNetClasses.WnidsOfR)).Should().Be("imagenet-r");
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.Wnids, ImageNetClasses.WnidsOfA)).Should().Be("imagenet-a");
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.Wnids, ImageNetClasses.WnidsOfA, ClassMapping.BuiltIn("imagenet")))
            .Should().BeNull();
        ImageSets.ForgottenMapping(Shift(ImageNetClasses.WnidsOfR, ImageNetClasses.WnidsOfR))
            .Should().BeNull("the model has these classes alone");
        ImageSets.ForgottenMapping(Shift(["a", "b"], ["a"])).Should().BeNull();

        static DistributionShift Shift(IReadOnlyList<string> classes, IReadOnlyList<string> used, ClassMapping? mapping = null) => new(
            "s",
            new LabelledImages(
                classes, [.. used.Select(u => ImageSource.FromFile(u + ".png"))], [.. used.Select(u => classes.ToList().IndexOf(u))]),
            mapping);
    }
}
