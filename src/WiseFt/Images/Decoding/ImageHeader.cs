using System.Buffers.Binary;

namespace WiseFt.Images;

/// <summary>What the first bytes of a file say: the format, and how Pillow would hold its pixels.</summary>
/// <param name="Format">PNG, JPEG, GIF, BMP or WebP.</param>
/// <param name="NearestResize">Pillow's mode P or 1: a palette that is not the grey ramp, or one bit of grey.</param>
/// <param name="Alpha">Pillow's mode RGBA or LA: an alpha channel (a transparent colour is none).</param>
/// <param name="Width">Pixels a row as far as the header is readable, otherwise 0.</param>
/// <param name="Height">Rows as far as the header is readable, otherwise 0.</param>
internal readonly record struct ImageHeader(string Format, bool NearestResize, bool Alpha, long Width, long Height)
{
    /// <summary>JPEG: four inks.</summary>
    public bool Cmyk { get; private init; }

    private const int MostDeflated = 1032; // bytes that deflate makes of one

    /// <summary>BMP of 16 bits a pixel: the bits of green, 5 or 6. Otherwise 0.</summary>
    public int GreenBits { get; private init; }

    /// <summary>The fewest bytes that a file with so many pixels can have, or 0 where its format sets no such bound.</summary>
    /// <remarks>A Huffman-coded JPEG has a bit a block of 8 x 8 values; deflate makes at most 1032 bytes of one; a BMP's pixels are
    /// not compressed unless it says so.</remarks>
    public long LeastBytes { get; private init; }

    /// <summary>Reads the header.</summary>
    /// <exception cref="ImageException">The bytes are none of the five formats.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file, string name)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10])) return Png(file);
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return Jpeg(file);
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) return new ImageHeader("GIF", false, false, 0, 0); // see GifReader
        if (file.StartsWith("BM"u8)) return Bmp(file);
        if (file.Length >= 16 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8)) return WebP(file);
        throw new ImageException(
            $"{name}: found {Describe(file)}; expected a PNG, JPEG, GIF, BMP or WebP image. Convert it to one of these, or leave it out.");
    }

    private static string Describe(ReadOnlySpan<byte> file)
    {
        if (ImageFormats.OtherKind(file) is string kind) return kind;
        var start = file[..Math.Min(file.Length, 8)];
        return start.ContainsAnyExceptInRange((byte)9, (byte)126)
            ? $"unknown content that begins with bytes {Convert.ToHexString(start)}"
            : $"text that begins with \"{System.Text.Encoding.ASCII.GetString(start).ReplaceLineEndings(" ")}\"";
    }

    // IHDR: width, height, bit depth, colour type (0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA).
    private static ImageHeader Png(ReadOnlySpan<byte> file)
    {
        if (file.Length < 26) return new ImageHeader("PNG", false, false, 0, 0);
        int depth = file[24], type = file[25];
        long width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        int channels = type switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        return new ImageHeader("PNG", type == 3 || (type == 0 && depth == 1), type is 4 or 6, width, height)
        {
            LeastBytes = (long)((Int128)width * height * channels * depth / 8 / MostDeflated),
        };
    }

    // The first start-of-frame segment: length, precision, height, width, components.
    private static ImageHeader Jpeg(ReadOnlySpan<byte> file)
    {
        for (int at = 2; at + 9 < file.Length;)
        {
            int marker = file[at + 1];
            if (file[at] != 0xFF || marker == 0xFF) at++;
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return new ImageHeader("JPEG", false, false, UInt16(file, at + 7), UInt16(file, at + 5))
                {
                    Cmyk = file[at + 9] == 4,
                    LeastBytes = marker <= 0xC2 ? JpegBlocks(file[at..]) / 8 : 0, // those after are not Huffman-coded, or not by block
                };
            else if (marker is 0 or 1 or (>= 0xD0 and <= 0xD8)) at += 2;
            else at += 2 + UInt16(file, at + 2);
        }
        return new ImageHeader("JPEG", false, false, 0, 0);

        static int UInt16(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
    }

    /// <summary>Blocks of 8 x 8 values in all components of a frame, whose header begins the span.</summary>
    private static long JpegBlocks(ReadOnlySpan<byte> frame)
    {
        int height = BinaryPrimitives.ReadUInt16BigEndian(frame[5..]), width = BinaryPrimitives.ReadUInt16BigEndian(frame[7..]);
        int count = Math.Min(frame[9], (frame.Length - 10) / 3), mostAcross = 1, mostDown = 1;
        for (int i = 0; i < count; i++)
            (mostAcross, mostDown) = (Math.Max(mostAcross, Across(frame, i)), Math.Max(mostDown, Down(frame, i)));
        long blocks = 0;
        for (int i = 0; i < count; i++)
            blocks += Blocks(width * Across(frame, i), mostAcross) * Blocks(height * Down(frame, i), mostDown);
        return blocks;

        static int Across(ReadOnlySpan<byte> frame, int component) => frame[11 + 3 * component] >> 4;

        static int Down(ReadOnlySpan<byte> frame, int component) => frame[11 + 3 * component] & 15;

        static long Blocks(long samples, int most) => samples / most / 8;
    }

    // Pillow drops a palette that is the grey ramp (mode L), or black and white at one bit (mode 1); any other is mode P.
    private static ImageHeader Bmp(ReadOnlySpan<byte> file)
    {
        if (file.Length < 54) return new ImageHeader("BMP", false, false, 0, 0);
        int headerSize = BinaryPrimitives.ReadInt32LittleEndian(file[14..]);
        bool core = headerSize == 12;
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(file[18..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[18..]);
        long height = core
            ? BinaryPrimitives.ReadUInt16LittleEndian(file[20..])
            : Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(file[22..]));
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(file[(core ? 24 : 28)..]);
        int compression = core ? 0 : BinaryPrimitives.ReadInt32LittleEndian(file[30..]);
        long least = compression is 0 or 3 ? (long)((Int128)width * height * bits / 8) : 0;
        if (bits > 8)
        {
            bool alpha = bits == 32 && headerSize >= 56 && file.Length >= 70 &&
                BinaryPrimitives.ReadInt32LittleEndian(file[30..]) == 3 && BinaryPrimitives.ReadUInt32LittleEndian(file[66..]) != 0;
            bool green6 = file.Length >= 66 && BinaryPrimitives.ReadInt32LittleEndian(file[30..]) == 3 &&
                BinaryPrimitives.ReadUInt32LittleEndian(file[58..]) == 0x7E0;
            return new ImageHeader("BMP", false, alpha, width, height)
            {
                GreenBits = bits != 16 ? 0 : green6 ? 6 : 5,
                LeastBytes = least,
            };
        }
        int colors = core ? 0 : BinaryPrimitives.ReadInt32LittleEndian(file[46..]);
        if (colors == 0) colors = 1 << bits;
        return new ImageHeader("BMP", colors == 2 || !IsGreyRamp(file, 14L + headerSize, colors, core ? 3 : 4), false, width, height)
        {
            LeastBytes = least,
        };
    }

    private static bool IsGreyRamp(ReadOnlySpan<byte> file, long start, int colors, int entry)
    {
        if (colors is < 1 or > 256 || start < 0 || start + colors * entry > file.Length) return false;
        for (int i = 0; i < colors; i++)
            if (file.Slice((int)start + i * entry, 3).ContainsAnyExcept((byte)i)) return false;
        return true;
    }

    // Sizes are left to the decoder: WebP's own limit is 16383 x 16383.
    private static ImageHeader WebP(ReadOnlySpan<byte> file)
    {
        bool alpha = (file[12..].StartsWith("VP8X"u8) && file.Length > 20 && (file[20] & 0x10) != 0) ||
            (file[12..].StartsWith("VP8L"u8) && file.Length > 24 && (file[24] & 0x10) != 0);
        return new ImageHeader("WebP", false, alpha, 0, 0);
    }
}
