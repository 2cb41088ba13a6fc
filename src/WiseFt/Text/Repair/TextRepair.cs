using System.Text;
using System.Text.RegularExpressions;

namespace WiseFt.Text;

/// <summary>
/// What ftfy's <c>fix_text</c> does with its defaults, which CLIP's tokenizer applies first: HTML entities, mojibake, ligatures,
/// full-width and half-width forms, curly quotes, line breaks, lone surrogates, terminal escapes, control characters, NFC; line by line,
/// until nothing changes. Source: the behaviour of ftfy 6.3.1 (github.com/rspeer/python-ftfy). Differs from it: lines are not cut at a
/// million characters, and what is nested a hundred times stays so, lest one text take minutes.
/// </summary>
internal static partial class TextRepair
{
    private const int MostRounds = 100;                 // "&amp;amp;amp;…" takes one for each level
    private const char FirstHalf = '\uff5f', LastHalf = '\uffee';

    // The usual widths of U+FF5F to U+FFEE; a null stands for the character itself. Combining voicing marks follow the katakana.
    private const string UsualWidths = "⦅⦆。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン" + "\u3099\u309a" +
        "\u1160ᄀᄁᆪᄂᆬᆭᄃᄄᄅᆰᆱᆲᆳᆴᆵᄚᄆᄇᄈᄡᄉᄊᄋᄌᄍᄎᄏᄐᄑᄒ\0\0\0ᅡᅢᅣᅤᅥᅦ\0\0ᅧᅨᅩᅪᅫᅬ\0\0ᅭᅮᅯᅰᅱᅲ\0\0ᅳᅴᅵ" +
        "\0\0\0" + "¢£¬\0¦¥₩\0│←↑→↓■○";

    /// <summary>The repaired text; the same string if nothing is broken. The result has no lone surrogates.</summary>
    internal static string Repair(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('&')) return text;
        var result = new StringBuilder(text.Length);
        bool entities = true;                               // a "<" means that this is HTML itself, from that line on
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('\n', start) + 1;
            if (end == 0) end = text.Length;
            string line = text[start..end];
            entities &= !line.Contains('<');
            result.Append(RepairLine(line, entities));
        }
        return result.ToString();
    }

    /// <summary>Ligatures and digraphs of Latin letters as the letters they are made of.</summary>
    internal static string SplitLigatures(string text) => Translate(text, Letters);

    private static string RepairLine(string line, bool entities)
    {
        string before = "";
        for (int round = 0; round < MostRounds && line != before; round++)
        {
            before = line;
            if (entities) line = HtmlEntities.UnescapeComplete(line);
            line = Mojibake.RestoreControls(Mojibake.Undo(line));
            line = Translate(Translate(SplitLigatures(line), UsualWidth), Straight);
            line = Translate(
                line.Replace("\r\n", "\n", StringComparison.Ordinal),
                static c => c is '\r' or '\u2028' or '\u2029' or '\x85' ? "\n" : null);
            line = ReplaceLoneSurrogates(line);
            line = Translate(TerminalEscape.Replace(line, ""), Visible);
            if (!Ascii.IsValid(line)) line = line.Normalize(NormalizationForm.FormC);
        }
        return line;
    }

    // Each character as `replacement` says, null for itself.
    private static string Translate(string text, Func<char, string?> replacement)
    {
        StringBuilder? result = null;
        for (int i = 0; i < text.Length; i++)
        {
            string? other = replacement(text[i]);
            if (other is not null) (result ??= new StringBuilder(text, 0, i, text.Length)).Append(other);
            else result?.Append(text[i]);
        }
        return result?.ToString() ?? text;
    }

    private static string? Letters(char c) => c switch
    {
        < 'Ĳ' => null,
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "ʼn",
        'Ǆ' => "DŽ",
        'ǅ' => "Dž",
        'ǆ' => "dž",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        'Ǳ' => "DZ",
        'ǲ' => "Dz",
        'ǳ' => "dz",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' => "ſt",
        'ﬆ' => "st",
        _ => null,
    };

    private static string? UsualWidth(char c) => c switch
    {
        '\u3000' => " ",
        >= '！' and <= '～' => ((char)(c - '！' + '!')).ToString(),
        '￣' => " \u0304",
        >= FirstHalf and <= LastHalf when UsualWidths[c - FirstHalf] is not '\0' and char usual => usual.ToString(),
        _ => null,
    };

    private static string? Straight(char c) => c switch
    {
        'ʼ' or (>= '‘' and <= '‛') => "'",
        >= '“' and <= '‟' => "\"",
        _ => null,
    };

    // Control characters that show nothing: of ASCII all but white space, deprecated Arabic ones, annotations, the byte order mark.
    private static string? Visible(char c) => c is <= '\b' or '\v' or (>= '\x0e' and <= '\x1f') or '\x7f'
        or (>= '\u206a' and <= '\u206f') or '\ufeff' or (>= '\ufff9' and <= '\ufffc') ? "" : null;

    private static string ReplaceLoneSurrogates(string text)
    {
        StringBuilder? result = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (char.IsSurrogatePair(text, i)) i++;
            else (result ??= new StringBuilder(text))[i] = '\ufffd';
        }
        return result?.ToString() ?? text;
    }

    [GeneratedRegex(@"\x1b\[[\d;]*[a-zA-Z]", RegexOptions.CultureInvariant)]
    private static partial Regex TerminalEscape { get; }
}
