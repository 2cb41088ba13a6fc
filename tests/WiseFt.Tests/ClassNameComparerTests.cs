using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>A name is one class, whether its accents are letters of their own or not: macOS takes names apart, Linux does not.</summary>
public sealed class ClassNameComparerTests : IDisposable
{
    private const string Composed = "caf\u00e9", Decomposed = "cafe\u0301";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equals_OfBothSpellings_IsTrue_AndOfHalfAPairHarmless()
    {
        ClassNameComparer.Instance.Equals(Composed, Decomposed).Should().BeTrue();
        ClassNameComparer.Instance.GetHashCode(Composed).Should().Be(ClassNameComparer.Instance.GetHashCode(Decomposed));
        ClassNameComparer.Instance.Equals("Cafe", "cafe").Should().BeFalse();
        ClassNameComparer.Instance.Equals("x\ud800", "x\ud800").Should().BeTrue();
    }

    [Fact]
    public void FromFolder_OfTheOtherSpelling_IsTheModelsClass()
    {
        _folder.Images($"{Decomposed}/1.png", "dog/1.png");

        LabelledImages.FromFolder(_folder.Path, ["dog", Composed]).Labels.Should().Equal(1, 0);
        LabelledImages.FromFolder(_folder.Path).ClassNames.Should().Equal(Composed, "dog");
    }

    [Fact]
    public void FromFolder_WithBothSpellings_SaysThatTheyAreOneClass()
    {
        _folder.Images($"{Decomposed}/1.png", $"{Composed}/1.png");
        if (Directory.GetDirectories(_folder.Path).Length == 1) return; // a file system that knows them for one

        FluentActions.Invoking(() => LabelledImages.FromFolder(_folder.Path))
            .Should().Throw<ImageException>().WithMessage($"*2 sub-folders are the class '{Composed}'*");
    }

    [Fact]
    public void List_WithBothSpellings_HasOneClass()
    {
        _folder.Images("1.png", "2.png", "3.png")
            .Write("l.csv", $"path,label,place\n1.png,{Composed},{Decomposed}\n2.png,{Decomposed},x\n3.png,dog,{Composed}\n");

        LabelledImages images = ImageList.Read(
            _folder.At("l.csv"), new ImageListOptions
            {
                Groups = [new ImageListGroup("place", "place")],
                Where = [ImageListCondition.Parse($"place!=nowhere")],
            });

        images.ClassNames.Should().HaveCount(2);
        images.Labels.Should().Equal(0, 0, 1);
        images.Groupings[0].Names.Should().HaveCount(2);
        ImageList.Read(_folder.At("l.csv"), new ImageListOptions { Where = [ImageListCondition.Parse($"place={Composed}")] })
            .Count.Should().Be(2);
    }

    [Fact]
    public void Mapping_OfTheOtherSpelling_FindsTheReferenceClassAndTheShifts()
    {
        ClassMapping mapping = ClassMapping.Parse(
            $$"""{"name":"m","classes":[{"name":"{{Decomposed}}","reference":["{{Decomposed}}"]},{"name":"dog","reference":["dog"]}]}""");

        LabelSpace space = mapping.Bind(["dog", Composed], ["dog", Composed]);

        space.ReferenceIndices.Select(r => r[0]).Should().Equal(0, 1);
        LabelSpace.Same(["dog", Composed], [Decomposed, "dog"]).ReferenceIndices.Select(r => r[0]).Should().Equal(1, 0);
        LabelSpace.Subset(["dog", Composed], [Decomposed]).ReferenceIndices[0].Should().Equal(1);
    }

    [Fact]
    public void WithClassNames_OfTheOtherSpelling_TakesTheModels()
    {
        var image = ImageSource.FromRgb(new RgbImage(1, 1, new byte[3]), "pixel");

        LabelledImages images = new LabelledImages(["dog", Decomposed], [image, image], [0, 1]).WithClassNames([Composed, "dog"]);

        images.ClassNames.Should().Equal(Composed, "dog");
        images.Labels.Should().Equal(1, 0);
    }
}
