using System.Text;

namespace WiseFt.Reports;

/// <summary>Text made safe for the inside of an element or attribute.</summary>
internal static class Markup
{
    /// <summary>Escapes the five signs of markup, and drops control characters that XML forbids.</summary>
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
