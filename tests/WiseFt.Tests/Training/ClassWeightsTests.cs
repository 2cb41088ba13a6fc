using System.Text.Json;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class ClassWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void For_Balanced_IsScikitLearns() // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 2, 2])
    {
        ClassWeights.Balanced.For(Images(["a", "b", "c"], 0, 0, 0, 0, 1, 2, 2))
            .Should().Equal(7 / 12.0, 7 / 3.0, 7 / 6.0);
        ClassWeights.Balanced.For(Images(["a", "empty", "c"], 0, 0, 0, 2)).Should().Equal(4 / 6.0, 0, 4 / 2.0);
    }

    [Fact]
    public void For_WeightsByClass_GoesByName()
    {
        ClassWeights weights = ClassWeights.Of(new Dictionary<string, double> { ["b"] = 2, ["é"] = 0, ["a"] = 0.5 });

        weights.For(Images(["e\u0301", "a", "b"], 0, 1)).Should().Equal(0, 0.5, 2); // é as e and an accent
        weights.Invoking(w => w.For(Images(["a", "b", "c", "d"], 0, 1))).Should().Throw<ArgumentException>()
            .WithMessage("*without a weight: 2 (first: c, d)*no class of theirs: 1 (first: é)*");
    }

    [Theory]
    [InlineData(double.NaN), InlineData(-1), InlineData(double.PositiveInfinity), InlineData(1e300), InlineData(0)]
    public void Of_WeightsThatAreNone_AreRefused(double weight) =>
        FluentActions.Invoking(() => ClassWeights.Of(new Dictionary<string, double> { ["a"] = weight }))
            .Should().Throw<ArgumentException>().WithMessage(weight == 0 ? "None of 1 class weights*" : "Class 'a' weighs*");

    [Fact]
    public void Parse_WordOrFile_GivesTheWeights()
    {
        File.WriteAllText(_folder.At("weights.txt"), "a\t2\n\nred, or so,0.5\r\nb, 1e-1 \n");

        ClassWeights.Parse("balanced").Should().Be(ClassWeights.Balanced);
        ClassWeights.Parse(_folder.At("weights.txt")).Should().Be(ClassWeights.Of(
            new Dictionary<string, double> { ["a"] = 2, ["red, or so"] = 0.5, ["b"] = 0.1 }));
    }

    [Theory]
    [InlineData("a\t1\nb\n", "*line 2: 'b' is no class with a weight*")]
    [InlineData("a,one\n", "*line 1: 'a,one'*")]
    [InlineData("a,1\na\t2\n", "*line 2: class 'a' has a weight already*")]
    [InlineData("", "None of 0*")]
    public void FromFile_OfLinesThatAreNone_NamesTheFirst(string text, string expected)
    {
        File.WriteAllText(_folder.At("weights.txt"), text);

        FluentActions.Invoking(() => ClassWeights.FromFile(_folder.At("weights.txt")))
            .Should().Throw<ArgumentException>().WithMessage(expected);
    }

    [Fact]
    public void Parse_OfNoFile_SaysWhatIsExpected() =>
        FluentActions.Invoking(() => ClassWeights.Parse(_folder.At("none.txt")))
            .Should().Throw<FileNotFoundException>().WithMessage("*none.txt*'balanced'*");

    [Fact]
    public void Json_OfOptions_KeepsThemByValue()
    {
        FineTuningOptions balanced = new() { ClassWeights = ClassWeights.Balanced },
            byClass = new() { ClassWeights = ClassWeights.Of(new Dictionary<string, double> { ["b"] = 2, ["a"] = 0.5 }) };

        foreach (FineTuningOptions options in new[] { balanced, byClass, new() })
            JsonSerializer.Deserialize<FineTuningOptions>(JsonSerializer.Serialize(options))!.ClassWeights
                .Should().Be(options.ClassWeights);
        JsonSerializer.Serialize(byClass).Should().Contain("""{"a":0.5,"b":2}""");
        balanced.Should().NotBe(byClass);
        FluentActions.Invoking(() => JsonSerializer.Deserialize<ClassWeights>("\"even\"")).Should().Throw<JsonException>();
    }

    private static LabelledImages Images(string[] classNames, params int[] labels) =>
        new(classNames, [.. labels.Select((_, i) => ImageSource.FromFile($"{i}.png"))], labels);
}
