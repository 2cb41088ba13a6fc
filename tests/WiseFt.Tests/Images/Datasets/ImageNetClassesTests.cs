using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class ImageNetClassesTests
{
    [Fact]
    public void Lists_HaveTheirSizesAndOrder()
    {
        ImageNetClasses.Names.Should().HaveCount(1000);
        foreach (var wnids in new[] { ImageNetClasses.Wnids, ImageNetClasses.WnidsOfA, ImageNetClasses.WnidsOfR })
            wnids.Should().OnlyHaveUniqueItems().And.Equal(wnids.Order(StringComparer.Ordinal));
        ImageNetClasses.Wnids.Should().HaveCount(1000).And.Contain(ImageNetClasses.WnidsOfA).And.Contain(ImageNetClasses.WnidsOfR);
        ImageNetClasses.WnidsOfA.Should().HaveCount(200);
        ImageNetClasses.WnidsOfR.Should().HaveCount(200);
    }

    [Fact]
    public void ObjectNetFolders_AreAllOfThem_AndPointToWnids()
    {
        ObjectNetFolders.All.Should().HaveCount(313);
        ObjectNetFolders.Mapped.Should().HaveCount(113).And.BeInAscendingOrder(StringComparer.Ordinal);
        ImageNetClasses.Wnids.Should().Contain(ObjectNetFolders.All.Values.SelectMany(wnids => wnids));
    }

    // Pairs that anyone can look up: the first and last classes, and the two pairs of wnids that share a name in WordNet.
    [Theory]
    [InlineData("n01440764", "tench")]
    [InlineData("n02012849", "crane bird")]
    [InlineData("n03126707", "construction crane")]
    [InlineData("n04355933", "sunglasses")]
    [InlineData("n15075141", "toilet paper")]
    public void NamesOf_Wnid_IsOpenAIsName(string wnid, string name) => ImageNetClasses.NamesOf([wnid]).Should().Equal(name);

    [Fact]
    public void NamesOf_OtherName_IsNamed() =>
        FluentActions.Invoking(() => ImageNetClasses.NamesOf(["n01440764", "tench"]))
            .Should().Throw<ArgumentException>().WithMessage("1 of 2 classes are no wnids*'tench'*");

    [Fact]
    public void ToWnids_ModelsNamedByWnidNumberOrWords_AreTheSame()
    {
        ImageNetClasses.ToWnids(ImageNetClasses.Names).Should().Equal(ImageNetClasses.Wnids);
        ImageNetClasses.ToWnids(["10", "2"]).Should().Equal(ImageNetClasses.Wnids[10], ImageNetClasses.Wnids[2]);
        ImageNetClasses.ToWnids(["n15075141", "n01440764"]).Should().Equal("n15075141", "n01440764");
        FluentActions.Invoking(() => ImageNetClasses.ToWnids(["tench", "goldfish"]))
            .Should().Throw<ArgumentException>().WithMessage("2 of the model's 2 classes*'tench', 'goldfish'*");
    }
}
