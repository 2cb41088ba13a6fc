using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using static WiseFt.Text.MojibakeSigns.Kinds;

namespace WiseFt.Text;

/// <summary>
/// Neighbouring characters that hardly stand together except in misread UTF-8, such as an accented letter before a currency sign.
/// Source: the heuristic of ftfy 6.3.1 (<c>badness.py</c>), its classes and sequences.
/// </summary>
internal static class MojibakeSigns
{
    private const string WithCircumflexOrTilde = "ÂÃ";
    private static readonly FrozenDictionary<char, Kinds> _kinds = MakeKinds();
    private static readonly Place[][] _sequences =
    [
        [Control],
        [Bad | Accented | Box | Quote | Currency | Numeric | Law, Bad],
        [AsciiLetter, CommonLetter, Bad],
        [Bad, Accented | Box | Quote | Currency | Numeric | Law],
        [LowerAccented | LowerCommon | Box | Closing | Currency | Numeric, UpperAccented],
        [Box | Closing | Currency | Numeric, LowerAccented],
        [LowerAccented | Box | Closing, Currency],
        [Space, UpperAccented, Currency],
        [UpperAccented | Box, Numeric | Law],
        [Accented | Box | Currency | Closing, Opening, Numeric],
        [Accented | Currency | Numeric | Box | Law, Closing, Opening],
        [Currency | Numeric | Box, Opening],
        [AsciiLower, UpperAccented, Opening | Currency],
        [Box, Face],
        [Accented | Currency | Numeric | Quote | Law, Box],
        [Box, Closing],
        [Accented, Quote, Word],
        ["Œœ", NotAsciiLetter],
        [UpperAccented, "°"],
        ["ÂÃÎÐ", new("€œŠš¢£Ÿž\xa0\xad®©°·»–—´", Quote)],
        ["×", "²³"],
        // Arabic read as Windows-1252: common characters count here, so two letters are asked for.
        ["ØÙ", new("ŸŠ®°µ»", Common | Currency | Bad | Numeric | Opening), "ØÙ", new(
            "ŸŠ®°µ»", Common | Currency | Bad | Numeric | Opening)],
        ["à", "²µ¹¼½¾"],                                               // South Asian scripts read as Windows-1252
        ["√", "±∂†≠®™´≤≥¥µø"], ["≈", "°¢"], ["‚", "Ä", "ìîïòôúùû†°¢π"], ["‚", "âó", "àä°ê"],     // read as Mac Roman
        ["в", "Ђ"],                                                     // U+2000 onwards read as Windows-1251
        ["ВГРС", new("°µ", Control | Bad | Quote | Currency), "ВГРС"],
        ["Г", "ў", "В", "Ђ", "В", SameLine, new(" ", AsciiLetter)],     // misread twice
        ["Ã", "\xa0¡"],
        [AsciiLower, WithCircumflexOrTilde, " "], [AsciiLower, Space, WithCircumflexOrTilde, " "], [First, WithCircumflexOrTilde, " "],
        [new(".,?!", AsciiLower | Closing), "Â", new(" ", Quote)],
        ["β", "€", "™\xa0Ά\xad®°"],                                     // U+2000 onwards read as Windows-1253
        ["ΒΓΞΟ", new("°", Control | Bad | Quote | Currency), "ΒΓΞΟ"],
        ["ā", "€"],                                                     // U+2000 onwards read as Windows-1257
    ];

    /// <summary>What a character can be a part of; several at once.</summary>
    [Flags]
    internal enum Kinds
    {
        Common = 1 << 0,            // in many contexts, so no sign by itself
        Control = 1 << 1,           // U+0080 to U+009F
        Bad = 1 << 2,               // hardly ever but in mojibake
        Law = 1 << 3,
        Currency = 1 << 4,
        Opening = 1 << 5,           // punctuation that begins something
        Closing = 1 << 6,           // punctuation that ends something
        Numeric = 1 << 7,
        Face = 1 << 8,              // used to draw faces
        UpperAccented = 1 << 9,
        LowerAccented = 1 << 10,
        UpperCommon = 1 << 11,      // letters that may end a word beside anything
        LowerCommon = 1 << 12,
        Box = 1 << 13,              // box drawing
        AsciiLower = 1 << 14,
        AsciiUpper = 1 << 15,
        Space = 1 << 16,
        Word = 1 << 17,             // a letter, digit or underscore
        NotAsciiLetter = 1 << 18,
        SameLine = 1 << 19,         // anything but a line feed
        First = 1 << 20,            // the place before the first character
        Accented = UpperAccented | LowerAccented,
        CommonLetter = UpperCommon | LowerCommon,
        AsciiLetter = AsciiLower | AsciiUpper,
        Quote = Opening | Closing,
    }

    /// <summary>Whether one of the sequences occurs.</summary>
    internal static bool AreIn(string text)
    {
        var kinds = new Kinds[text.Length + 1];         // kinds[0]: the place before the text
        kinds[0] = First;
        for (int i = 0; i < text.Length; i++) kinds[i + 1] = KindsAt(text, i);
        for (int i = 0; i <= text.Length; i++)
            foreach (Place[] sequence in _sequences)
                if (Begins(sequence, text, kinds, i)) return true;
        return false;
    }

    private static bool Begins(Place[] sequence, string text, Kinds[] kinds, int at)
    {
        if (at + sequence.Length > kinds.Length) return false;
        for (int i = 0; i < sequence.Length; i++, at++)
            if ((kinds[at] & sequence[i].Kinds) == 0 && !(at > 0 && sequence[i].Characters.Contains(text[at - 1]))) return false;
        return true;
    }

    private static Kinds KindsAt(string text, int at)
    {
        char c = text[at];
        Kinds kinds = _kinds.GetValueOrDefault(c);
        kinds |= char.IsAsciiLetterLower(c) ? AsciiLower : char.IsAsciiLetterUpper(c) ? AsciiUpper : NotAsciiLetter;
        if (PythonText.IsSpace(c)) kinds |= Space;
        if (c != '\n') kinds |= SameLine;
        return IsWord(text, at) ? kinds | Word : kinds;
    }

    private static bool IsWord(string text, int at) =>
        text[at] == '_' || CharUnicodeInfo.GetUnicodeCategory(text, at) is <= UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static FrozenDictionary<char, Kinds> MakeKinds()
    {
        var kinds = new Dictionary<char, Kinds>();
        void Add(Kinds kind, string characters)         // "a-e" is a range
        {
            for (int i = 0; i < characters.Length; i++)
            {
                bool range = i + 2 < characters.Length && characters[i + 1] == '-';
                for (char c = characters[i]; c <= characters[range ? i + 2 : i]; c++) kinds[c] = kinds.GetValueOrDefault(c) | kind;
                if (range) i += 2;
            }
        }
        Add(Common, "\xa0\xad´·–—―’…");
        Add(Control, "\x80-\x9f");
        Add(Bad, "¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊\ufffd");
        Add(Law, "§¶");
        Add(Currency, "¢£¥₧€");
        Add(Opening, "¡©«¿΄΅‘‚“„•‹\uf8ff");
        Add(Closing, "®»˝”›™");
        Add(Numeric, "±²³µ¹¼½¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥");
        Add(Face, "°Ò-ÖÙ-Üò-öø-üŌŐŪŲ");
        Add(UpperAccented, "À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ");
        Add(LowerAccented, "ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ");
        Add(UpperCommon, "ÞΆΈΉΊΌΎΏΑ-ΫЁ-Я");
        Add(LowerCommon, "ά-ωа-џ");
        Add(Box, "│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓");
        return kinds.ToFrozenDictionary();
    }

    /// <summary>One place of a sequence: a character of one of these kinds, or one of these characters.</summary>
    private readonly record struct Place(string Characters, Kinds Kinds)
    {
        public static implicit operator Place(Kinds kinds) => new("", kinds);

        public static implicit operator Place(string characters) => new(characters, default);
    }
}
