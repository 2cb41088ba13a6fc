using System.Globalization;

namespace WiseFt.Evaluation;

/// <summary>Accuracies and mixing coefficients in words, the same in every culture and wherever they are shown.</summary>
internal static class AccuracyText
{
    /// <summary>A fraction in percent, without the sign: "93.5".</summary>
    public static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A difference in percentage points, with its sign: "+1.2".</summary>
    public static string Points(double fraction) => (100 * fraction).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>A mixing coefficient: "0.5", "0.125".</summary>
    public static string Alpha(double alpha) => alpha.ToString("0.0##", CultureInfo.InvariantCulture);
}
