using System.Globalization;
using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class ConfidenceIntervalTests
{
    [Fact]
    public void ClopperPearson_GoldenCounts_MatchesSciPy()
    {
        foreach (var golden in StatisticsFixture.Property("clopper_pearson").EnumerateArray())
        {
            var interval = ConfidenceInterval.ClopperPearson(
                golden.GetProperty("correct").GetInt32(), golden.GetProperty("total").GetInt32(), golden.GetProperty("level").GetDouble());

            interval.Lower.Should().BeApproximately(golden.GetProperty("interval")[0].GetDouble(), 1e-11);
            interval.Upper.Should().BeApproximately(golden.GetProperty("interval")[1].GetDouble(), 1e-11);
        }
    }

    [Theory, InlineData(1), InlineData(10), InlineData(50_000), InlineData(10_000_000)]
    public void ClopperPearson_NoneRight_IsTheClosedForm(int total) // P(none of n right | p) = (1-p)^n = a/2
    {
        var interval = ConfidenceInterval.ClopperPearson(0, total);

        interval.Lower.Should().Be(0);
        interval.Upper.Should().BeApproximately(1 - Math.Pow(0.025, 1.0 / total), 1e-11);
    }

    [Fact]
    public void ClopperPearson_AnyCounts_ContainsTheEstimateAndMirrors() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Double[0, 1], Gen.Double[0.01, 0.999]).Sample((total, share, level) =>
        {
            int correct = (int)(share * total);
            var right = ConfidenceInterval.ClopperPearson(correct, total, level);
            var wrong = ConfidenceInterval.ClopperPearson(total - correct, total, level);
            return right.Contains((double)correct / total) && right.Lower >= 0 && right.Upper <= 1
                && Math.Abs(right.Lower - (1 - wrong.Upper)) < 1e-10;
        });

    [Fact]
    public void ClopperPearson_HigherLevel_Widens() =>
        Gen.Select(Gen.Int[1, 500], Gen.Double[0, 1], Gen.Double[0.5, 0.9]).Sample((total, share, level) =>
        {
            int correct = (int)(share * total);
            var narrow = ConfidenceInterval.ClopperPearson(correct, total, level);
            var wide = ConfidenceInterval.ClopperPearson(correct, total, level + 0.05);
            return wide.Lower <= narrow.Lower && wide.Upper >= narrow.Upper;
        });

    [Theory]
    [InlineData(1, 0, 0.95), InlineData(-1, 5, 0.95), InlineData(6, 5, 0.95)]
    [InlineData(1, 5, 0.0), InlineData(1, 5, 1.0), InlineData(1, 5, double.NaN)]
    public void ClopperPearson_OutOfRange_Throws(int correct, int total, double level)
    {
        var act = () => ConfidenceInterval.ClopperPearson(correct, total, level);

        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void ToString_InAnyCulture_IsInvariant()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            new ConfidenceInterval(0.6124, 0.7287, 0.95).ToString().Should().Be("[61.2, 72.9]");
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
