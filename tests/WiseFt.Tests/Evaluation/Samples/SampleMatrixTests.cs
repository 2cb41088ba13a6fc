using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class SampleMatrixTests
{
    [Fact]
    public void ArgMax_OfEqualValues_TakesTheFirst()
    {
        var matrix = new SampleMatrix(new float[] { 1, 3, 3, -2, -2, -5 }, 3);

        matrix.ArgMax().Should().Equal(1, 0);
        (matrix.Count, matrix.Width).Should().Be((2, 3));
    }

    [Fact]
    public void CopyRow_OfSinglesAndDoubles_GivesTheSameRow()
    {
        double[] single = new double[3], twice = new double[3];

        new SampleMatrix(new float[] { 0, 1, 2, 3.5f, 4, 5 }, 3).CopyRow(1, single);
        new SampleMatrix(new double[] { 0, 1, 2, 3.5, 4, 5 }, 3).CopyRow(1, twice);

        single.Should().Equal(3.5, 4, 5);
        twice.Should().Equal(3.5, 4, 5);
    }

    [Fact]
    public void LogSumExp_OfLargeLogits_DoesNotOverflow() =>
        SampleMatrix.LogSumExp([1000, 1000]).Should().BeApproximately(1000 + Math.Log(2), 1e-12);

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public void Constructor_ValueNotFinite_NamesRowAndColumn(float value)
    {
        var singles = () => new SampleMatrix(new float[] { 0, 1, 2, 3, value, 5 }, 3);
        var doubles = () => new SampleMatrix(new double[] { 0, 1, 2, 3, value, 5 }, 3);

        singles.Should().Throw<ArgumentException>().WithMessage("Row 1, column 1 is *finite*");
        doubles.Should().Throw<ArgumentException>().WithMessage("Row 1, column 1 is *finite*");
    }

    [Theory, InlineData(0, 3), InlineData(4, 3), InlineData(3, 0)]
    public void Constructor_NoWholeRows_Throws(int length, int width)
    {
        var act = () => new SampleMatrix(new float[length], width);

        act.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void CopyRow_OutOfRangeOrTooShort_Throws()
    {
        var matrix = new SampleMatrix(new float[6], 3);
        var outside = () => matrix.CopyRow(2, new double[3]);
        var tooShort = () => matrix.CopyRow(0, new double[2]);

        outside.Should().Throw<ArgumentException>().WithMessage("*[0, 1]*");
        tooShort.Should().Throw<ArgumentException>().WithMessage("*2 values*3*");
    }
}
