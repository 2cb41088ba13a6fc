using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class LabelSpaceTests
{
    private static readonly string[] _reference = ["ant", "bee", "cat", "dog", "elk"];

    private static readonly SampleMatrix _logits = new(new float[] { 5, 4, 3, 2, 1, -1, 0, 1, 2, 9 }, 5);

    [Fact]
    public void Same_OrderDiffers_PermutesTheLogits()
    {
        var space = LabelSpace.Same(_reference, ["elk", "dog", "cat", "bee", "ant"]);

        Rows(space.Project(_logits)).Should().Equal(1, 2, 3, 4, 5, 9, 2, 1, 0, -1);
        space.Project(_logits).ArgMax().Should().Equal(4, 0);
    }

    [Fact]
    public void Same_SameOrder_IsTheMatrixItself() => LabelSpace.Same(_reference, _reference).Project(_logits).Should().BeSameAs(_logits);

    [Fact]
    public void Same_OtherClasses_ListsMissingAndUnknown()
    {
        var act = () => LabelSpace.Same(_reference, ["ant", "bee", "cow"]);

        act.Should().Throw<ArgumentException>()
            .WithMessage("*3 missing ('cat', 'dog', 'elk'); 1 unknown ('cow')*subset or a mapping file*");
    }

    [Fact]
    public void Subset_OfSomeClasses_MasksWithoutRenormalising()
    {
        var space = LabelSpace.Subset(_reference, ["bee", "dog"]);

        Rows(space.Project(_logits)).Should().Equal(4, 2, 0, 2);
        space.ClassNames.Should().Equal("bee", "dog");
        space.ReferenceCount.Should().Be(5);
    }

    [Fact]
    public void Subset_UnknownClass_NamesIt()
    {
        var act = () => LabelSpace.Subset(_reference, ["bee", "cow"]);

        act.Should().Throw<ArgumentException>().WithMessage("1 of the shift's 2 classes are not among the 5 reference classes ('cow')*");
    }

    [Fact]
    public void Spaces_BadNames_SayWhich()
    {
        var twice = () => LabelSpace.Subset(_reference, ["bee", "bee"]);
        var reference = () => LabelSpace.Same(["ant", "ant"], ["ant"]);
        var blank = () => LabelSpace.Subset(_reference, ["bee", " "]);
        var empty = () => LabelSpace.Same(_reference, []);
        var width = () => LabelSpace.Subset(["ant", "bee"], ["bee"]).Project(_logits);

        twice.Should().Throw<ArgumentException>().WithMessage("The shift has 1 class names more than once ('bee')*");
        reference.Should().Throw<ArgumentException>().WithMessage("The reference has 1 class names more than once ('ant')*");
        blank.Should().Throw<ArgumentException>().WithMessage("*blank class name*");
        empty.Should().Throw<ArgumentException>().WithMessage("shiftClasses is an empty list*");
        width.Should().Throw<ArgumentException>().WithMessage("logits has 5 columns*2 reference classes*");
    }

    [Theory]
    [InlineData("max", 9, 4)]
    [InlineData("mean", 4.25, 3)]
    [InlineData("median", 3.5, 3)]
    [InlineData("sum", 17, 6)]
    public void Project_SeveralClasses_Merges(string merge, double four, double two)
    {
        var mapping = ClassMapping.Parse(
            $$"""
            { "name": "m", "merge": "{{merge}}", "classes": [
                { "name": "four", "reference": ["a", "b", 2, "d"] }, { "name": "two", "reference": [5, "e"] }] }
            """);

        var space = mapping.Bind(["a", "b", "c", "d", "e", "f"]);

        Rows(space.Project(new SampleMatrix(new double[] { 9, 1, 3, 4, 2, 4 }, 6))).Should().Equal(four, two);
    }

    [Fact]
    public void Project_ByMaximum_PredictsTheLabelOfTheBestMappedClass() =>
        Gen.Double[-9, 9].Array[6].Array[1, 20].Sample(rows =>
        {
            var space = ClassMapping.Parse(
                """{ "name": "m", "classes": [{ "name": "x", "reference": [4, 0] }, { "name": "y", "reference": [1, 3, 5] }] }""")
                .Bind(["a", "b", "c", "d", "e", "f"]);
            int[] predictions = space.Project(new SampleMatrix(rows.SelectMany(r => r).ToArray(), 6)).ArgMax();
            return rows.Zip(predictions).All(p =>
                Math.Max(p.First[0], p.First[4]) >= Math.Max(p.First[1], Math.Max(p.First[3], p.First[5])) == (p.Second == 0));
        });

    [Fact]
    public void Subset_ThenPermuted_IsTheSamePrediction() =>
        Gen.Select(Gen.Double[-9, 9].Array[5], Gen.Shuffle(_reference)).Sample((row, shuffled) =>
        {
            var logits = new SampleMatrix(row, 5);
            double best = row.Max();
            return row[Array.IndexOf(_reference, shuffled[LabelSpace.Same(_reference, shuffled).Project(logits).ArgMax()[0]])] == best;
        });

    private static double[] Rows(SampleMatrix matrix)
    {
        double[] values = new double[matrix.Count * matrix.Width];
        for (int i = 0; i < matrix.Count; i++) matrix.CopyRow(i, values.AsSpan(i * matrix.Width));
        return values;
    }
}
