using System.Globalization;
using System.Text;

namespace WiseFt.Reports;

/// <summary>File names from test sets' names: letters, digits, dashes; distinct also where letter case does not count.</summary>
internal sealed class FileNames
{
    private const int LongestName = 60;

    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);

    public string For(string kind, string set)
    {
        var name = new StringBuilder();
        foreach (char c in set.Take(LongestName)) name.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-');
        string wanted = $"{kind}-{name}", free = wanted;
        for (int i = 2; !_given.Add(free); i++) free = wanted + "-" + i.ToString(CultureInfo.InvariantCulture);
        return free;
    }
}
