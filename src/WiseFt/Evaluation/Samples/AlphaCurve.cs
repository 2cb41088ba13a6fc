using System.Globalization;

namespace WiseFt.Evaluation;

/// <summary>Guards on accuracies measured at several mixing coefficients, and the search for one of them.</summary>
internal static class AlphaCurve
{
    /// <summary>Refuses coefficients outside [0, 1] or given twice, and lists of different lengths.</summary>
    public static void Validate(IReadOnlyList<double> alphas, int measured, string measuredName)
    {
        ArgumentNullException.ThrowIfNull(alphas);
        SampleCheck.NotEmpty(alphas.Count, nameof(alphas));
        if (measured != alphas.Count)
        {
            throw new ArgumentException(
                $"{measuredName} has {measured} values, alphas has {alphas.Count}; expected one value for each alpha.", measuredName);
        }
        var seen = new HashSet<double>();
        for (int i = 0; i < alphas.Count; i++)
        {
            bool inRange = alphas[i] >= 0 && alphas[i] <= 1;
            if (inRange && seen.Add(alphas[i])) continue;
            string expected = inRange ? "each alpha once" : "a mixing coefficient in [0, 1]";
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"alphas[{i}] is {alphas[i]}; expected {expected}."), nameof(alphas));
        }
    }

    /// <summary>The place of one coefficient, within 1e-9.</summary>
    public static int Find(IReadOnlyList<double> alphas, double alpha)
    {
        for (int i = 0; i < alphas.Count; i++)
            if (Math.Abs(alphas[i] - alpha) < 1e-9) return i;
        throw new ArgumentException(
            string.Create(
                CultureInfo.InvariantCulture, $"alphas has no {alpha} (found: {string.Join(", ", alphas.Select(Text))}); measure it too."),
            nameof(alphas));
    }

    private static string Text(double alpha) => alpha.ToString(CultureInfo.InvariantCulture);
}
