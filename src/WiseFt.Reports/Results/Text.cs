using System.Globalization;
using System.Text;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Numbers, models and ensembles as pages and figures write them, the same in every culture.</summary>
internal static class Text
{
    public static string Percent(double fraction) => AccuracyText.Percent(fraction);

    /// <summary>A difference in percentage points, with its sign.</summary>
    public static string Points(double fraction) => AccuracyText.Points(fraction);

    public static string Alpha(double alpha) => AccuracyText.Alpha(alpha);

    public static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    public static string Interval(ConfidenceInterval interval) => $"[{Percent(interval.Lower)}, {Percent(interval.Upper)}]";

    public static string PointsInterval(ConfidenceInterval interval) => $"[{Points(interval.Lower)}, {Points(interval.Upper)}]";

    public static string Count(int count) => count == 0 ? "?" : count.ToString(CultureInfo.InvariantCulture);

    public static string Probability(double p) => p < 0.001 ? "< 0.001" : Number(p, "0.000");

    /// <summary>What the model at a mixing coefficient is called.</summary>
    public static string Model(double alpha) => alpha switch
    {
        0 => "zero-shot",
        1 => "fine-tuned",
        _ => "mixture " + Alpha(alpha),
    };

    /// <summary>A name as short as an axis has room for.</summary>
    public static string Short(string name)
    {
        const int Longest = 30;
        return name.Length <= Longest ? name : name[..(Longest - 1)] + "…";
    }

    public static string Ensemble(OutputEnsemble kind) =>
        kind == OutputEnsemble.Logits ? "output-space, logits" : "output-space, probabilities";

    /// <summary>A heading's anchor, as GitHub makes it: letters and digits in lower case, dashes for blanks.</summary>
    public static string Anchor(string heading) => string.Concat(heading.ToLowerInvariant()
        .Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c));

    /// <summary>A text for the inside of an element or attribute: signs of markup escaped,
    /// without control characters, which XML forbids.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            switch (c)
            {
                case '&': escaped.Append("&amp;"); break;
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                case '"': escaped.Append("&quot;"); break;
                case '\'': escaped.Append("&#39;"); break;
                case < ' ' and not ('\n' or '\t'): escaped.Append(' '); break;
                default: escaped.Append(c); break;
            }
        }
        return escaped.ToString();
    }
}
