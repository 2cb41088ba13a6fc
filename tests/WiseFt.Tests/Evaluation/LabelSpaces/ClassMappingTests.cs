using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class ClassMappingTests
{
    private static readonly string[] _reference = ["park bench", "rocking chair", "missile", "folding chair", "missile", "lamp"];

    private const string Household = """
        {
          "name": "household",
          "description": "an example",
          "classes": [
            { "name": "chair", "reference": ["rocking chair", "folding chair"] },
            { "name": "bench", "reference": ["park bench"] },
            { "name": "missile", "reference": [4] }
          ],
          "groups": [
            { "anchor": "clip7/10.jpg", "labels": ["chair", "bench"], "frames": ["clip7/9.jpg", "clip7/11.jpg"] },
            { "anchor": "clip8/30.jpg", "labels": ["bench"], "frames": [{ "image": "clip8/31.jpg", "labels": ["bench", "chair"] }] }
          ]
        }
        """;

    [Fact]
    public void Parse_FullExample_ReadsEverything()
    {
        var mapping = ClassMapping.Parse(Household);

        (mapping.Name, mapping.Description, mapping.Merge).Should().Be(("household", "an example", ClassMerge.Max));
        mapping.Classes.Select(c => c.Name).Should().Equal("chair", "bench", "missile");
        mapping.Classes[0].Reference.Should().Equal(ReferenceClass.Named("rocking chair"), ReferenceClass.Named("folding chair"));
        mapping.Classes[2].Reference.Should().Equal(ReferenceClass.At(4));
        mapping.Groups[0].Frames.Select(f => f.Image).Should().Equal("clip7/9.jpg", "clip7/11.jpg");
        mapping.Groups[0].Frames[1].Labels.Should().Equal("chair", "bench");
        mapping.Groups[1].Frames[0].Labels.Should().Equal("bench", "chair");
    }

    [Fact]
    public void Load_OfAFile_ReadsItOrNamesIt()
    {
        using var folder = new TemporaryFolder();
        string path = folder.At("household.json");
        File.WriteAllText(path, Household);
        ClassMapping.Load(path).Name.Should().Be("household");
        File.WriteAllText(path, "{");
        var broken = () => ClassMapping.Load(path);
        broken.Should().Throw<ArgumentException>().WithMessage($"{path} is not a mapping: *");
    }

    [Fact]
    public void Parse_HalfASurrogatePair_IsRefused()
    {
        var broken = () =>
            ClassMapping.Parse(Household.Replace("\"park bench\"", "\"\\ud800\"", StringComparison.Ordinal), "household.json");

        broken.Should().Throw<ArgumentException>().WithMessage("household.json is not a mapping: *");
    }

    [Fact]
    public void Documentation_Example_IsAValidMapping()
    {
        string text = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "docs", "label-spaces.md"));
        string json = text.Split("```json")[1].Split("```")[0];

        ClassMapping.Parse(json).Groups.Should().HaveCount(2);
    }

    [Fact]
    public void Bind_OwnOrder_ResolvesNamesAndNumbers()
    {
        var space = ClassMapping.Parse(Household).Bind(_reference);

        space.ClassNames.Should().Equal("chair", "bench", "missile");
        space.ReferenceIndices.Select(r => string.Join(',', r)).Should().Equal("1,3", "0", "4");
    }

    [Fact]
    public void Bind_ShiftsOrder_FollowsIt()
    {
        var space = ClassMapping.Parse(Household).Bind(_reference, ["bench", "chair", "missile"]);

        space.ClassNames.Should().Equal("bench", "chair", "missile");
        space.ReferenceIndices.Select(r => string.Join(',', r)).Should().Equal("0", "1,3", "4");
    }

    [Fact]
    public void Bind_ShiftHasOtherClasses_ListsMissingAndUnknown()
    {
        var act = () => ClassMapping.Parse(Household).Bind(_reference, ["bench", "sofa"]);

        act.Should().Throw<ArgumentException>()
            .WithMessage(
                "The classes of the shift are not those of mapping 'household': 2 missing ('chair', 'missile'); 1 unknown ('sofa')*");
    }

    [Theory]
    [InlineData("""[{ "name": "a", "reference": ["lamp"] }, { "name": "b", "reference": ["lamp"] }]""",
        "*maps 'lamp' (reference class 5) twice: to 'a' and to 'b'*")]
    [InlineData("""[{ "name": "a", "reference": ["lamp", 5] }]""", "*maps class 5 (reference class 5) twice: to 'a' and to 'a'*")]
    [InlineData("""[{ "name": "a", "reference": ["lmp", 6] }, { "name": "b", "reference": ["Lamp"] }]""",
        "*refers to 3 classes that the 6 reference classes do not have ('lmp' of 'a', class 6 of 'a', 'Lamp' of 'b')*")]
    [InlineData(
        """[{ "name": "a", "reference": ["missile"] }]""", "*'missile', the name of 2 reference classes (numbers 2, 4). Write the number*")]
    public void Bind_BadReference_SaysWhich(string classes, string message)
    {
        var act = () => ClassMapping.Parse($$"""{ "name": "m", "classes": {{classes}} }""").Bind(_reference);

        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory]
    [InlineData("""{ "name": "m", "classes": [] }""", "*'m' has no classes*")]
    [InlineData("""{ "name": " ", "classes": [] }""", "*Name is ' '*")]
    [InlineData("""{ "classes": [{ "name": "a", "reference": [0] }] }""", "*not a mapping*name*")]
    [InlineData("""{ "name": "m" }""", "*not a mapping*classes*")]
    [InlineData("""{ "name": "m", "classes": [{ "name": "a", "reference": [0] }], "class": 1 }""", "*not a mapping*class*")]
    [InlineData("""{ "name": "m", "name": "n", "classes": [{ "name": "a", "reference": [0] }] }""", "*not a mapping*name*")]
    [InlineData("""{ "name": "m", "merge": "first", "classes": [{ "name": "a", "reference": [0] }] }""", "*not a mapping*merge*")]
    [InlineData("""{ "name": "m", "merge": 1, "classes": [{ "name": "a", "reference": [0] }] }""", "*not a mapping*merge*")]
    [InlineData("""{ "name": "m", "classes": [{ "name": "a", "reference": [] }] }""", "*gives 1 classes no reference class ('a')*")]
    [InlineData("""{ "name": "m", "classes": [{ "name": "a", "reference": [-1] }] }""", "*class 'a' has the reference -1*")]
    [InlineData("""{ "name": "m", "classes": [{ "name": "a", "reference": [1.5] }] }""", "*class 'a' has the reference 1.5*")]
    [InlineData("""{ "name": "m", "classes": [{ "name": "a", "reference": [null] }] }""", "*class 'a' has the reference null*")]
    [InlineData("""{ "name": "m", "classes": [{ "name": "a", "reference": [" "] }] }""", "*class 'a' has the reference *")]
    [InlineData("""{ "name": "m", "classes": [null] }""", "*is null*")]
    [InlineData("""{ "name": "m", "classes": [{ "name": "a", "reference": [0] }, { "name": "a", "reference": [1] }] }""",
        "Mapping 'm' has 1 class names more than once ('a')*")]
    [InlineData("null", "*holds null*")]
    [InlineData("[1]", "*not a mapping*")]
    [InlineData("", "*not a mapping*")]
    public void Parse_BadMapping_SaysWhich(string json, string message)
    {
        var act = () => ClassMapping.Parse(json);

        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory]
    [InlineData("""[{ "anchor": "x", "labels": ["a"], "frames": [] }, { "anchor": "x", "labels": ["a"], "frames": [] }]""",
        "*1 anchors more than once ('x')*")]
    [InlineData("""[{ "anchor": "x", "labels": ["a"], "frames": ["y", "y"] }]""", "*group of 'x', the image 'y' twice*")]
    [InlineData("""[{ "anchor": "x", "labels": ["a"], "frames": ["x"] }]""", "*group of 'x', the image 'x' twice*")]
    [InlineData("""[{ "anchor": "x", "labels": ["b"], "frames": [] }]""", "*image 'x' with the unknown label 'b'*")]
    [InlineData("""[{ "anchor": "x", "labels": [], "frames": [] }]""", "*image 'x' without a label*")]
    [InlineData("""[{ "anchor": "x", "labels": ["a", "a"], "frames": [] }]""", "*image 'x' with a label twice*")]
    [InlineData("""[{ "anchor": "x", "labels": [null], "frames": [] }]""", "*is null*")]
    [InlineData("""[{ "anchor": "x", "labels": ["a"], "frames": [3] }]""", "*group of 'x' has the frame 3*")]
    [InlineData("""[{ "anchor": "x", "labels": ["a"], "frames": [{ "image": "y", "labels": [null] }] }]""", "*group of 'x' has the frame*")]
    [InlineData("""[{ "anchor": "x", "labels": ["a"], "frames": [{ "image": "y" }] }]""", "*not a mapping*labels*")]
    [InlineData("""[{ "anchor": "x", "labels": ["a"] }]""", "*not a mapping*frames*")]
    public void Parse_BadGroup_SaysWhich(string groups, string message)
    {
        var act = () => ClassMapping.Parse($$"""{ "name": "m", "classes": [{ "name": "a", "reference": [0] }], "groups": {{groups}} }""");

        act.Should().Throw<ArgumentException>().WithMessage(message);
    }
}
