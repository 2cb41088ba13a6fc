using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WiseFt.Text;

/// <summary>
/// HTML character references, resolved as Python's <c>html.unescape</c> does: HTML5's names with and without their semicolon, the longest
/// known beginning of an unknown name, Windows-1252 for the numbers 128 to 159. <see cref="System.Net.WebUtility"/> knows far fewer.
/// </summary>
internal static partial class HtmlEntities
{
    private const int LongestName = 32;
    private const string EndsName = "\t\n\f <&#;";
    private const int OutOfRange = 0x110000;

    // What the numbers 128 to 159 mean in HTML; a null stands for the control character itself.
    private const string Windows1252Controls = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

    private static readonly Lazy<FrozenDictionary<string, string>> _capitals = new(FindCapitals);

    /// <summary>HTML5's 2,231 names, such as <c>eacute;</c> (and <c>eacute</c>), and what they stand for.</summary>
    internal static FrozenDictionary<string, string> Named { get; } = ReadNamed();

    /// <summary>Replaces every character reference; text without one is returned as it is.</summary>
    internal static string Unescape(string text)
    {
        int at = text.IndexOf('&', StringComparison.Ordinal);
        if (at < 0) return text;
        var result = new StringBuilder(text.Length);
        int copied = 0;
        while (at >= 0)
        {
            int end = at + 1;
            string? replacement = end < text.Length && text[end] == '#' ? Number(text, ref end) : Name(text, ref end);
            if (replacement is not null)
            {
                result.Append(text, copied, at - copied).Append(replacement);
                copied = end;
            }
            at = text.IndexOf('&', end);
        }
        return result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>
    /// ftfy's more careful way: replaces only references that end in a semicolon and are known as a whole, among them names written in
    /// capitals (<c>&amp;EACUTE;</c>) where those mean nothing else.
    /// </summary>
    internal static string UnescapeComplete(string text) => text.Contains('&') ? CompleteReference.Replace(text, static match =>
    {
        string name = match.Value[1..];
        if (Named.TryGetValue(name, out string? known) || _capitals.Value.TryGetValue(name, out known)) return known;
        string number = name[0] == '#' ? Unescape(match.Value) : ";";
        return number.Contains(';') ? match.Value : number;
    }) : text;

    [GeneratedRegex("&#?[0-9A-Za-z]{1,24};", RegexOptions.CultureInvariant)]
    private static partial Regex CompleteReference { get; }

    private static FrozenDictionary<string, string> FindCapitals()
    {
        var capitals = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string character) in Named)
        {
            string capital = name.ToUpperInvariant();
            if (name.EndsWith(';') && !name.AsSpan().ContainsAnyInRange('A', 'Z') && Unescape("&" + capital) == "&" + capital)
                capitals[capital] = character switch
                {
                    "ß" => "SS",
                    "ı" => "I",
                    _ => TextRepair.SplitLigatures(character).ToUpperInvariant(),
                };
        }
        return capitals.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>What the reference with this number stands for: nothing for those HTML forbids, U+FFFD for those Unicode forbids.</summary>
    private static string Character(int number) => number switch
    {
        0 or (>= 0xD800 and <= 0xDFFF) or >= OutOfRange => "\ufffd",
        >= 0x80 and <= 0x9F when Windows1252Controls[number - 0x80] != 0 => Windows1252Controls[number - 0x80].ToString(),
        >= 0x80 and <= 0x9F => ((char)number).ToString(),
        (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or (>= 0xFDD0 and <= 0xFDEF) => "",
        _ when (number & 0xFFFE) == 0xFFFE => "",
        _ => new Rune(number).ToString(),
    };

    // &#123; or &#x7b;, the semicolon optional. `end` stands on the number sign, then behind the reference; null where there is none.
    private static string? Number(string text, ref int end)
    {
        bool hexadecimal = end + 1 < text.Length && text[end + 1] is 'x' or 'X';
        int first = end + (hexadecimal ? 2 : 1), i = first, number = 0;
        for (; i < text.Length && (hexadecimal ? char.IsAsciiHexDigit(text[i]) : char.IsAsciiDigit(text[i])); i++)
        {
            int digit = char.IsAsciiDigit(text[i]) ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10;
            number = Math.Min(OutOfRange, number * (hexadecimal ? 16 : 10) + digit);
        }
        if (i == first) return null;
        end = i < text.Length && text[i] == ';' ? i + 1 : i;
        return Character(number);
    }

    // &name; or &name: `end` stands on the name, then behind it. Of an unknown name the longest known beginning is replaced.
    private static string? Name(string text, ref int end)
    {
        int first = end, i = end;
        for (int count = 0; count < LongestName && i < text.Length && !EndsName.Contains(text[i]); count++)
            i += char.IsSurrogatePair(text, i) ? 2 : 1;
        if (i == first) return null;
        end = i < text.Length && text[i] == ';' ? i + 1 : i;
        string name = text[first..end];
        if (Named.TryGetValue(name, out string? known)) return known;
        for (int length = name.Length - 1; length > 1; length--)
            if (Named.TryGetValue(name[..length], out known)) return known + name[length..];
        return null;
    }

    private static FrozenDictionary<string, string> ReadNamed()
    {
        using Stream stream = typeof(HtmlEntities).Assembly.GetManifestResourceStream("html5-entities.txt")!;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            string[] parts = line.Split(' ');
            named[parts[0]] = string.Concat(parts.Skip(1).Select(hex =>
                char.ConvertFromUtf32(int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
        }
        return named.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
