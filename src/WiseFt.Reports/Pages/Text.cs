using System.Globalization;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Numbers as the pages and figures write them, the same in every culture.</summary>
internal static class Text
{
    public static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A difference in percentage points, with its sign.</summary>
    public static string Points(double fraction) => (100 * fraction).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    public static string Alpha(double alpha) => alpha.ToString("0.0##", CultureInfo.InvariantCulture);

    public static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    public static string Interval(ConfidenceInterval interval) => $"[{Percent(interval.Lower)}, {Percent(interval.Upper)}]";

    public static string PointsInterval(ConfidenceInterval interval) => $"[{Points(interval.Lower)}, {Points(interval.Upper)}]";

    public static string Count(int count) => count == 0 ? "?" : count.ToString(CultureInfo.InvariantCulture);

    public static string Probability(double p) => p < 0.001 ? "< 0.001" : Number(p, "0.000");
}
