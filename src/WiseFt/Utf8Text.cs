using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace WiseFt;

/// <summary>Text that people wrote: UTF-8, with a byte-order mark or without. Any other is refused, since it would become
/// other words in silence.</summary>
internal static class Utf8Text
{
    private const int FewestOfAByte = 4; // half of the bytes are 00 where UTF-16 writes Latin letters
    private const int Before = 12; // bytes of the line that are shown before the wrong one

    private static readonly (byte[] Mark, string Name)[] _others =
    [
        ([0xFF, 0xFE, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF], "UTF-32"), ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
    ];

    /// <summary>A file's text, without the byte-order mark.</summary>
    /// <exception cref="InvalidDataException">It is no UTF-8; the message has the line.</exception>
    /// <exception cref="IOException">The file cannot be read, or is no file.</exception>
    public static string ReadFile(string path) => Decode(File.ReadAllBytes(RegularFile.Require(path)), path);

    /// <summary>A file's lines, blank ones included.</summary>
    /// <inheritdoc cref="ReadFile"/>
    public static string[] ReadLines(string path) => Lines(ReadFile(path));

    /// <summary>A text's lines, however they end.</summary>
    public static string[] Lines(string text)
    {
        var lines = new List<string>();
        using var reader = new StringReader(text);
        while (reader.ReadLine() is string line) lines.Add(line);
        return [.. lines];
    }

    /// <summary>The text of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="source">What to call them in the message.</param>
    /// <exception cref="InvalidDataException">They are no UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string source)
    {
        foreach (var (mark, name) in _others)
            if (bytes.StartsWith(mark))
                throw new InvalidDataException(
                    $"{source}: the text is {name}: it begins with the byte-order mark {Convert.ToHexString(mark)}. " +
                    "Expected UTF-8; save it again in that encoding.");
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        if (bytes.Count((byte)0) * FewestOfAByte > bytes.Length)
            throw new InvalidDataException(
                $"{source}: the text is not UTF-8 in line {LineAt(bytes, bytes.IndexOf((byte)0))}: bytes of 00 are among its letters, as " +
                "in UTF-16 without a byte-order mark, or in a file that is no text. Expected UTF-8; save it again in that encoding.");
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Refuse(bytes, source);
    }

    private static InvalidDataException Refuse(ReadOnlySpan<byte> bytes, string source)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == OperationStatus.Done) at += length;
        int start = Math.Max(bytes[..at].LastIndexOfAny((byte)'\n', (byte)'\r') + 1, at - Before);
        while ((bytes[start] & 0xC0) == 0x80 && start < at) start++;
        string before = at > start ? $" after '{Encoding.UTF8.GetString(bytes[start..at])}'" : "";
        return new InvalidDataException(string.Create(
            CultureInfo.InvariantCulture,
            $"{source}: the text is not UTF-8 in line {LineAt(bytes, at)} (the byte {bytes[at]:X2}{before}). " +
            $"Expected UTF-8; save it again in that encoding."));
    }

    private static int LineAt(ReadOnlySpan<byte> bytes, int at)
    {
        int line = 1;
        for (int i = 0; i < at; i++)
            if (bytes[i] == '\n' || (bytes[i] == '\r' && bytes[i + 1] != '\n')) line++;
        return line;
    }
}
