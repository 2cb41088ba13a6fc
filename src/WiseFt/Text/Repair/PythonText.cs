using System.Globalization;
using System.Text;

namespace WiseFt.Text;

/// <summary>The string operations of Python that CLIP's vocabulary was made with, where .NET's differ from them.</summary>
internal static class PythonText
{
    private const int CapitalSigma = 'Σ';
    private const string WhiteSpace =
        "\t\n\v\f\r\x1c\x1d\x1e\x1f " +
        "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    // Word_Break = MidLetter, MidNumLet or Single_Quote: ignored, beside marks and modifiers, in looking for the neighbours of a sigma.
    private const string CaseIgnorablePunctuation =
        "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

    /// <summary>Python's <c>str.isspace</c>. Differs from <see cref="char.IsWhiteSpace(char)"/> on U+001C to U+001F.</summary>
    internal static bool IsSpace(char c) => c <= ' ' ? WhiteSpace.Contains(c) : c >= '\x7f' && WhiteSpace.Contains(c);

    /// <summary>Python's <c>" ".join(text.split())</c>: every run of white space becomes one space, none at the ends.</summary>
    internal static string CollapseWhiteSpace(string text)
    {
        if (IsCollapsed(text)) return text;
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (!IsSpace(c)) result.Append(c);
            else if (result.Length > 0 && result[^1] != ' ') result.Append(' ');
        }
        if (result.Length > 0 && result[^1] == ' ') result.Length--;
        return result.ToString();
    }

    /// <summary>
    /// Python's <c>str.lower</c>: the full mapping of Unicode, of no culture. Differs from <see cref="string.ToLowerInvariant"/> on
    /// U+0130, which becomes two code points, and on a capital sigma at the end of a word, which becomes a final sigma.
    /// </summary>
    internal static string Lower(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        var result = new StringBuilder(text.Length);
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == CapitalSigma) result.Append(IsFinal(text, at) ? 'ς' : 'σ');
            else if (rune.Value == 'İ') result.Append("i\u0307");
            else AppendRune(result, Rune.ToLowerInvariant(rune));
            at += rune.Utf16SequenceLength;
        }
        return result.ToString();
    }

    /// <summary>Appends a code point as one or two UTF-16 units.</summary>
    internal static void AppendRune(StringBuilder builder, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        builder.Append(units[..rune.EncodeToUtf16(units)]);
    }

    private static bool IsCollapsed(string text)
    {
        bool afterSpace = true;
        foreach (char c in text)
        {
            bool isSpace = IsSpace(c);
            if (isSpace && (afterSpace || c != ' ')) return false;
            afterSpace = isSpace;
        }
        return !afterSpace || text.Length == 0;
    }

    // Unicode's Final_Sigma: a cased letter stands before and none after, case-ignorable characters skipped.
    private static bool IsFinal(string text, int at) => EndsCased(text.AsSpan(0, at)) && !BeginsCased(text.AsSpan(at + 1));

    private static bool EndsCased(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeLastFromUtf16(text, out Rune rune, out int length);
            if (!IsCaseIgnorable(rune)) return IsCased(rune);
            text = text[..^length];
        }
        return false;
    }

    private static bool BeginsCased(ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
            if (!IsCaseIgnorable(rune)) return IsCased(rune);
        return false;
    }

    private static bool IsCaseIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || (rune.IsBmp && CaseIgnorablePunctuation.Contains((char)rune.Value));

    // Letters with case, and Unicode's Other_Lowercase and Other_Uppercase: ordinals, Roman numerals, circled and squared letters.
    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
