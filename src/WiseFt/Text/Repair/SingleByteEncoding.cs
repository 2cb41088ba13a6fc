namespace WiseFt.Text;

/// <summary>
/// An encoding of one byte a character that UTF-8 is mistaken for. "Sloppy" ones, like a web browser, let unassigned bytes stand for
/// themselves, and take byte 1A for the replacement character U+FFFD. Source:
/// the code charts of the Unicode Consortium, as in Python's codecs.
/// </summary>
internal sealed class SingleByteEncoding
{
    private const int FirstHigh = 0x80;
    private const char Substitute = '\x1a', Replacement = '\ufffd';
    private readonly Dictionary<char, char> _bytes = [];

    // `high` lists the characters of bytes 80 to FF; a null, or what is missing at the end, stands for the same code point.
    private SingleByteEncoding(string name, string high, bool isSloppy = true)
    {
        (Name, IsSloppy) = (name, isSloppy);
        Characters = string.Create(256, (high, isSloppy), static (characters, from) =>
        {
            for (int b = 0; b < characters.Length; b++)
            {
                char high = b >= FirstHigh && b - FirstHigh < from.high.Length ? from.high[b - FirstHigh] : '\0';
                characters[b] = high != 0 ? high : b == Substitute && from.isSloppy ? Replacement : (char)b;
            }
        });
        for (int b = 0; b < Characters.Length; b++) _bytes[Characters[b]] = (char)b;
    }

    internal static SingleByteEncoding Latin1 { get; } = new("latin-1", "", isSloppy: false);

    internal static SingleByteEncoding Windows1252 { get; } = new("windows-1252", "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ");

    /// <summary>The seven encodings whose letters lie where Latin-1's do, so that they show what role a byte has in UTF-8.</summary>
    internal static IReadOnlyList<SingleByteEncoding> LikeLatin1 { get; } =
    [
        Latin1,
        Windows1252,
        new("windows-1251", "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\0™љ›њќћџ\0ЎўЈ\0Ґ\0\0Ё\0Є\0\0\0\0Ї\0\0Ііґ\0\0\0ё№є\0јЅѕї" +
            "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"),
        new("windows-1250", "€\0‚\0„…†‡\0‰Š‹ŚŤŽŹ\0‘’“”•–—\0™š›śťžź\0ˇ˘Ł\0Ą\0\0\0\0Ş\0\0\0\0Ż\0\0˛ł\0\0\0\0\0ąş\0Ľ˝ľż" +
            "Ŕ\0\0Ă\0ĹĆ\0Č\0Ę\0Ě\0\0ĎĐŃŇ\0\0Ő\0\0ŘŮ\0Ű\0\0Ţ\0ŕ\0\0ă\0ĺć\0č\0ę\0ě\0\0ďđńň\0\0ő\0\0řů\0ű\0\0ţ˙"),
        new("windows-1253", "€\0‚ƒ„…†‡\0‰\0‹\0\0\0\0\0‘’“”•–—\0™\0›\0\0\0\0\0΅Ά\0\0\0\0\0\0\0\0\0\0\0\0―\0\0\0\0΄\0\0\0ΈΉΊ\0Ό\0ΎΏ" +
            "ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\0ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ"),
        new("windows-1254", "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0\0\0\0‘’“”•–—˜™š›œ\0\0Ÿ\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" +
            "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0Ğ\0\0\0\0\0\0\0\0\0\0\0\0İŞ\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0ğ\0\0\0\0\0\0\0\0\0\0\0\0ış"),
        new("windows-1257", "€\0‚\0„…†‡\0‰\0‹\0¨ˇ¸\0‘’“”•–—\0™\0›\0¯˛\0\0\0\0\0\0\0\0\0Ø\0Ŗ\0\0\0\0Æ\0\0\0\0\0\0\0\0ø\0ŗ\0\0\0\0æ" +
            "ĄĮĀĆ\0\0ĘĒČ\0ŹĖĢĶĪĻŠŃŅ\0Ō\0\0\0ŲŁŚŪ\0ŻŽ\0ąįāć\0\0ęēč\0źėģķīļšńņ\0ō\0\0\0ųłśū\0żž˙"),
    ];

    /// <summary>All encodings, in the order they are tried.</summary>
    internal static IReadOnlyList<SingleByteEncoding> All { get; } =
    [
        .. LikeLatin1,
        new("iso-8859-2", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0Ą˘Ł\0ĽŚ\0\0ŠŞŤŹ\0ŽŻ\0ą˛ł\0ľśˇ\0šşťź˝žż" +
            "Ŕ\0\0Ă\0ĹĆ\0Č\0Ę\0Ě\0\0ĎĐŃŇ\0\0Ő\0\0ŘŮ\0Ű\0\0Ţ\0ŕ\0\0ă\0ĺć\0č\0ę\0ě\0\0ďđńň\0\0ő\0\0řů\0ű\0\0ţ˙", isSloppy: false),
        new("macroman", "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°\0\0§•¶ß®\0™´¨≠ÆØ∞\0≤≥¥\0∂∑∏π∫ªºΩæø" +
            "¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ", isSloppy: false),
        new("cp437", "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
            "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0", isSloppy: false),
    ];

    internal string Name { get; }

    internal bool IsSloppy { get; }

    /// <summary>The characters of the bytes 0 to 255.</summary>
    internal string Characters { get; }

    /// <summary>The bytes of a text, each as a character of that code; null if a character has none.</summary>
    internal string? Encode(string text)
    {
        char[] bytes = new char[text.Length];
        for (int i = 0; i < bytes.Length; i++)
            if (!_bytes.TryGetValue(text[i], out bytes[i])) return null;
        return new string(bytes);
    }
}
