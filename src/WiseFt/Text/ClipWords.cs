using System.Globalization;
using System.Text;

namespace WiseFt.Text;

/// <summary>
/// The words of a cleaned text, each a unit of byte-pair encoding: special tokens, English contractions, runs of letters, single digits,
/// runs of anything else but white space. Same as the reference's regular expression
/// <c>&lt;start_of_text&gt;|&lt;end_of_text&gt;|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>, case ignored, over code
/// points (.NET's would see a letter beyond U+FFFF as two symbols).
/// </summary>
internal ref struct ClipWords(ReadOnlySpan<char> text)
{
    /// <summary>How a start token is written in text.</summary>
    internal const string Start = "<start_of_text>";

    /// <summary>How an end token is written in text.</summary>
    internal const string End = "<end_of_text>";

    // The reference's expression, which ignores case, drops this mark: it is no letter, but the small iota that is its other case is one.
    private const char CombiningIota = '\u0345';
    private static readonly string[] _whole = [Start, End, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    private enum Kind { Space, Letter, Number, Other }

    /// <summary>The word found last.</summary>
    internal ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Finds the next word; false at the end of the text.</summary>
    internal bool MoveNext()
    {
        int length;
        while (_at < _text.Length && KindAt(_at, out length) == Kind.Space) _at += length;
        if (_at == _text.Length) return false;
        int end = _at + Whole(_text[_at..]);
        if (end == _at) end = EndOfRun();
        Current = _text[_at..end];
        _at = end;
        return true;
    }

    private readonly int EndOfRun()
    {
        Kind kind = KindAt(_at, out int length);
        int end = _at + length;
        while (kind != Kind.Number && end < _text.Length && KindAt(end, out length) == kind) end += length;
        return end;
    }

    private readonly Kind KindAt(int at, out int length)
    {
        char c = _text[at];
        length = 1;
        if (char.IsAsciiLetterLower(c)) return Kind.Letter;
        if (PythonText.IsSpace(c) || c == CombiningIota) return Kind.Space;
        Rune.DecodeFromUtf16(_text[at..], out Rune rune, out length);
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }

    // The length of the special token or contraction that the rest begins with, or 0.
    private static int Whole(ReadOnlySpan<char> rest)
    {
        if (rest[0] is not ('\'' or '<')) return 0;
        foreach (string word in _whole)
            if (BeginsWith(rest, word)) return word.Length;
        return 0;
    }

    // The text is lower-case already; the one other character that case folding makes a letter of these words is the long s.
    private static bool BeginsWith(ReadOnlySpan<char> rest, string word)
    {
        if (rest.Length < word.Length) return false;
        for (int i = 0; i < word.Length; i++)
            if (rest[i] != word[i] && !(word[i] == 's' && rest[i] == 'ſ')) return false;
        return true;
    }
}
