using System.Collections.Immutable;
using System.Globalization;

namespace WiseFt;

/// <summary>Lists of mixing coefficients to try.</summary>
public static class AlphaGrid
{
    private const int MaximumCount = 10_001;

    /// <summary>0, 0.1 … 1: the paper's grid.</summary>
    public static ImmutableArray<double> Tenths { get; } = Steps(10);

    /// <summary>0, 0.05 … 1: the finer grid of the paper's table 4.</summary>
    public static ImmutableArray<double> Twentieths { get; } = Steps(20);

    /// <summary>Reads <c>first:last:step</c> (both ends included) or numbers separated by commas.</summary>
    /// <param name="text">For example <c>0:1:0.1</c> or <c>0,0.5,1</c>.</param>
    /// <exception cref="FormatException">It is neither, a number lies outside [0, 1], or the step is not greater than 0.</exception>
    public static ImmutableArray<double> Parse(string text)
    {
        string[] range = Check.NotBlank(text).Split(':');
        if (range.Length == 1) return [.. text.Split(',').Select(part => Number(part, text)).Distinct().Order()];
        if (range.Length != 3) throw Malformed(text, $"{range.Length} numbers between colons");
        double first = Number(range[0], text), last = Number(range[1], text), step = Number(range[2], text);
        if (step <= 0 || last < first) throw Malformed(text, "a range that does not go up");
        double count = Math.Floor((last - first) / step + 1e-9) + 1;
        if (count > MaximumCount)
            throw Malformed(text, string.Create(CultureInfo.InvariantCulture, $"{count} values, more than {MaximumCount}"));
        // Rounded, so that the third tenth is 0.3 and not 0.30000000000000004.
        return [.. Enumerable.Range(0, (int)count).Select(i => Math.Min(last, Math.Round(first + i * step, 12)))];
    }

    private static ImmutableArray<double> Steps(int count) => [.. Enumerable.Range(0, count + 1).Select(i => (double)i / count)];

    private static double Number(string part, string text) =>
        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 0 and <= 1
            ? number
            : throw Malformed(text, $"'{part.Trim()}'");

    private static FormatException Malformed(string text, string found) =>
        new(
            $"'{text}' gives no mixing coefficients: found {found}. " +
            "Expected first:last:step such as 0:1:0.1, or numbers in [0, 1] such as 0,0.5,1.");
}
