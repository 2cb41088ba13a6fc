using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace WiseFt.Text;

/// <summary>
/// Text that was written as UTF-8 and read in another encoding ("schÃ¶n"), turned back where it shows the signs of that and the way back is
/// unambiguous. Source: ftfy's <c>fix_encoding</c>. Byte strings are held as strings of the characters U+0000 to U+00FF.
/// </summary>
internal static partial class Mojibake
{
    private const string NotStrict = "–—―‘’‚“”„•…";        // often meant as they stand, even beside mojibake
    private static readonly SearchValues<char> _firstOfTwo = InRole(0xC2, 0xDF);
    private static readonly SearchValues<char> _firstOfThree = InRole(0xE0, 0xEF);
    private static readonly SearchValues<char> _firstOfFour = SearchValues.Create(Characters(0xF0, 0xF0) + Characters(0xF3, 0xF3));
    private static readonly SearchValues<char> _continuation = SearchValues.Create(Characters(0x80, 0xBF) + " ");
    private static readonly SearchValues<char> _strictContinuation = SearchValues.Create(
        string.Concat(Characters(0x80, 0xBF).Except(NotStrict)));

    /// <summary>Undoes as many misreadings as lie on top of one another; text without signs of them is returned as it is.</summary>
    internal static string Undo(string text)
    {
        while (true)
        {
            string undone = UndoOnce(text);
            if (undone == text) return text;
            text = undone;
        }
    }

    /// <summary>The control characters U+0080 to U+009F as what Windows-1252 has in their place, where it has something.</summary>
    internal static string RestoreControls(string text) => text.AsSpan().ContainsAnyInRange('\x80', '\x9f')
        ? string.Concat(text.Select(c => c is >= '\x80' and <= '\x9f' ? SingleByteEncoding.Windows1252.Characters[c] : c))
        : text;

    private static string UndoOnce(string text)
    {
        if (Ascii.IsValid(text) || !MojibakeSigns.AreIn(text)) return text;
        foreach (SingleByteEncoding encoding in SingleByteEncoding.All)
            if (encoding.Encode(text) is { } bytes && DecodeUtf8(Restore(bytes, encoding)) is { } undone) return undone;
        string parts = UndoParts(text);
        return parts != text ? parts : RestoreControls(text);
    }

    // Bytes lost on the way: a no-break space (A0) that became a space, and what became a replacement character (1A).
    private static string Restore(string bytes, SingleByteEncoding encoding)
    {
        // In Mac Roman the first would take a dash before a space for mojibake.
        if (encoding.Name != "macroman" && SpaceInUtf8.IsMatch(bytes))
            bytes = SpaceInUtf8.Replace(SeparateAGrave.Replace(bytes, "Ã\xa0 "), match => match.Value.Replace(' ', '\xa0'));
        return encoding.IsSloppy ? LossyUtf8.Replace(bytes, "\xef\xbf\xbd") : bytes;
    }

    // Strict UTF-8, and two of its variants: surrogates encoded one by one (CESU-8), and Java's null. Null where it is neither.
    private static string? DecodeUtf8(string bytes)
    {
        bytes = SurrogatePair.Replace(bytes.Replace("\xc0\x80", "\0", StringComparison.Ordinal), match =>
        {
            string pair = match.Value;
            int code = 0x10000 + ((pair[1] & 0xF) << 16) + ((pair[2] & 0x3F) << 10) + ((pair[4] & 0xF) << 6) + (pair[5] & 0x3F);
            return Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(code)));
        });
        char[] text = new char[bytes.Length];
        OperationStatus status = Utf8.ToUtf16(Encoding.Latin1.GetBytes(bytes), text, out _, out int length, replaceInvalidSequences: false);
        return status == OperationStatus.Done ? new string(text, 0, length) : null;
    }

    // Stretches that look like UTF-8 misread, inside text that as a whole is in no one encoding.
    private static string UndoParts(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int end = i > 0 && _strictContinuation.Contains(text[i - 1]) ? i : EndOfSequences(text, i);
            string part = text[i..Math.Max(end, i + 1)];
            result.Append(end > i && part.Length < text.Length && MojibakeSigns.AreIn(part) ? Undo(part) : part);
            i += part.Length;
        }
        return result.ToString();
    }

    private static int EndOfSequences(string text, int start)
    {
        while (start < text.Length)
        {
            char c = text[start];
            int length = _firstOfTwo.Contains(c) ? 2 : _firstOfThree.Contains(c) ? 3 : _firstOfFour.Contains(c) ? 4 : 0;
            if (length == 0 || start + length > text.Length || text.AsSpan(start + 1, length - 1).ContainsAnyExcept(_continuation))
                return start;
            start += length;
        }
        return start;
    }

    private static SearchValues<char> InRole(int first, int last) => SearchValues.Create(Characters(first, last));

    private static string Characters(int first, int last) =>
        string.Concat(SingleByteEncoding.LikeLatin1.SelectMany(e => e.Characters[first..(last + 1)]).Distinct());

    // UTF-8 that would be whole were a space A0. Lead bytes that this would make unlikely characters of are left out.
    [GeneratedRegex("""
        [\xc2\xc3\xc5\xce\xd0\xd9][ ] |
        [\xe2\xe3][ ][\x80-\x84\x86-\x9f\xa1-\xbf] |
        [\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf][ ] |
        \xf0 (?: [ ][\x80-\xbf]{2} | [\x80-\xbf][ ][\x80-\xbf] | [\x80-\xbf]{2}[ ] )
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex SpaceInUtf8 { get; }

    // "Ã la mode" lost one of two spaces; the Portuguese words à(s), àquele, àquela, àquilo did not.
    [GeneratedRegex("\\xc3 (?! |quele|quela|quilo|s )", RegexOptions.CultureInvariant)]
    private static partial Regex SeparateAGrave { get; }

    [GeneratedRegex("""
        [\xc2-\xdf]\x1a | [\xc2\xc3][?] |
        \xed[\xa0-\xaf] (?: [\x1a?]\xed[\xb0-\xbf][\x1a?\x80-\xbf] | [\x1a?\x80-\xbf]\xed[\xb0-\xbf][\x1a?] ) |
        [\xe0-\xef] (?: [\x1a?][\x1a\x80-\xbf] | [\x1a\x80-\xbf][\x1a?] ) |
        [\xf0-\xf4] (?: [\x1a?][\x1a\x80-\xbf]{2} | [\x1a\x80-\xbf][\x1a?][\x1a\x80-\xbf] | [\x1a\x80-\xbf]{2}[\x1a?] ) |
        \x1a
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex LossyUtf8 { get; }

    [GeneratedRegex("\\xed[\\xa0-\\xaf][\\x80-\\xbf]\\xed[\\xb0-\\xbf][\\x80-\\xbf]", RegexOptions.CultureInvariant)]
    private static partial Regex SurrogatePair { get; }
}
