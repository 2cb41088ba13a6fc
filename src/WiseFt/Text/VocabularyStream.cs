using System.IO.Compression;
using System.Text;

namespace WiseFt.Text;

/// <summary>
/// The compact form of a vocabulary inside other files: "WISEFTBP", version, context length, length of the rest, then deflated: the
/// tokens by id and the merges by rank as pairs of ids. Integers are little-endian.
/// </summary>
internal static class VocabularyStream
{
    private const int Version = 1, LargestPayload = 1 << 26, MostTokens = 1 << 20, LongestContext = 1 << 20, LargestPlain = 1 << 27;
    private const string What = "saved tokenizer";
    private static readonly byte[] _magic = "WISEFTBP"u8.ToArray();

    internal static void Write(Stream stream, BytePairVocabulary vocabulary, int contextLength)
    {
        using var payload = new MemoryStream();
        using (var writer = new BinaryWriter(new DeflateStream(payload, CompressionLevel.Optimal, leaveOpen: true), Encoding.UTF8))
        {
            writer.Write(vocabulary.Tokens.Count);
            foreach (string token in vocabulary.Tokens) writer.Write(token);
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (string token in vocabulary.Tokens) ids.Add(token, ids.Count);
            writer.Write(vocabulary.Merges.Count);
            foreach ((string left, string right) in vocabulary.Merges)
            {
                writer.Write7BitEncodedInt(ids[left]);
                writer.Write7BitEncodedInt(ids[right]);
            }
        }
        using var header = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        header.Write(_magic);
        header.Write(Version);
        header.Write(contextLength);
        header.Write((int)payload.Length);
        header.Write(payload.GetBuffer(), 0, (int)payload.Length);
    }

    /// <exception cref="TokenizerException">The stream holds something else, another version, or is cut short.</exception>
    internal static (BytePairVocabulary Vocabulary, int ContextLength) Read(Stream stream)
    {
        try
        {
            using var header = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (!header.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic)) throw Broken("it does not begin with WISEFTBP");
            int version = header.ReadInt32(), contextLength = header.ReadInt32(), length = header.ReadInt32();
            if (version != Version)
                throw new TokenizerException(
                    $"The {What} has version {version}, this library reads {Version}. " +
                    "Load it with the version that saved it, or a later one.");
            if (contextLength > LongestContext) throw Broken($"its context length is {contextLength}");
            if (length is < 0 or > LargestPayload) throw Broken($"its length is {length}");
            return (ReadPayload(ReadPart(stream, length)), contextLength);
        }
        catch (Exception exception)
            when (exception is EndOfStreamException or InvalidDataException or FormatException or DecoderFallbackException)
        {
            throw Broken("it is cut short or damaged", exception);
        }
    }

    // Memory is taken as the bytes arrive: a damaged length does not decide how much.
    private static MemoryStream ReadPart(Stream stream, int length)
    {
        var part = new MemoryStream();
        byte[] buffer = new byte[Math.Min(length, 1 << 16)];
        for (int rest = length; rest > 0;)
        {
            int read = stream.Read(buffer, 0, Math.Min(rest, buffer.Length));
            if (read == 0) throw new EndOfStreamException();
            part.Write(buffer, 0, read);
            rest -= read;
        }
        part.Position = 0;
        return part;
    }

    private static BytePairVocabulary ReadPayload(MemoryStream payload)
    {
        using var plain = new MemoryStream();
        using (var deflate = new DeflateStream(payload, CompressionMode.Decompress))
        {
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = deflate.Read(buffer)) > 0 && plain.Length <= LargestPlain;) plain.Write(buffer, 0, read);
        }
        plain.Position = 0;
        var utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
        using var reader = new BinaryReader(plain, utf8);
        var tokens = new string[Count(reader.ReadInt32())];
        for (int id = 0; id < tokens.Length; id++) tokens[id] = Text();
        var merges = new (string Left, string Right)[Count(reader.ReadInt32())];
        for (int rank = 0; rank < merges.Length; rank++) merges[rank] = (Token(), Token());
        return new BytePairVocabulary(tokens, merges, What);

        // Each takes a byte at least, so that a damaged count does not ask for more memory than the stream could fill.
        int Count(int count) => count >= 0 && count <= Math.Min(MostTokens, plain.Length - plain.Position)
            ? count
            : throw Broken($"it counts {count} where fewer are left");
        string Text()
        {
            int length = Count(reader.Read7BitEncodedInt()); // BinaryReader.ReadString would take memory for any length
            return utf8.GetString(reader.ReadBytes(length));
        }
        string Token()
        {
            int id = reader.Read7BitEncodedInt();
            return id >= 0 && id < tokens.Length ? tokens[id] : throw Broken($"a merge names token {id} of {tokens.Length}");
        }
    }

    private static TokenizerException Broken(string how, Exception? cause = null)
    {
        string message = $"Cannot read the {What}: {how}. Expected what ClipTokenizer.Save wrote; save the model again.";
        return cause is null ? new TokenizerException(message) : new TokenizerException(message, cause);
    }
}
