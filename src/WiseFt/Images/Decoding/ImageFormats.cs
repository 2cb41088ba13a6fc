using System.Buffers.Binary;

namespace WiseFt.Images;

/// <summary>What a file is, by its first bytes.</summary>
internal static class ImageFormats
{
    /// <summary>How many bytes <see cref="IsRead"/> and <see cref="OtherKind"/> look at.</summary>
    public const int HeadLength = 32;

    private static readonly (byte[] Magic, string Name)[] _others =
    [
        ("II*\0"u8.ToArray(), "a TIFF image"), ("MM\0*"u8.ToArray(), "a TIFF image"), ("%PDF"u8.ToArray(), "a PDF document"),
        ("<svg"u8.ToArray(), "an SVG drawing"), ("<?xml"u8.ToArray(), "an XML document"), ("<!DOCTYPE"u8.ToArray(), "an HTML page"),
        ("<html"u8.ToArray(), "an HTML page"), ("PK\x3\x4"u8.ToArray(), "a ZIP archive"), ("\0\0\x1\0"u8.ToArray(), "an icon"),
        ("version https://git-lfs"u8.ToArray(), "a Git LFS pointer (the image itself was not downloaded)"),
        ("8BPS"u8.ToArray(), "a Photoshop image"),
        ("\0\0\0\fJXL "u8.ToArray(), "a JPEG XL image"), ([0xFF, 0x0A], "a JPEG XL image"),
        ("\0\0\0\fjP  "u8.ToArray(), "a JPEG 2000 image"),
    ];

    /// <summary>Whether a file that begins so is one of the five formats that are read.</summary>
    /// <remarks>Two letters make no BMP: a text may begin with them. Its header has a known length.</remarks>
    public static bool IsRead(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10])
        || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)
        || (head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith("WEBP"u8))
        || (head.StartsWith("BM"u8) && head.Length >= 18
            && BinaryPrimitives.ReadInt32LittleEndian(head[14..]) is 12 or 40 or 52 or 56 or 64 or 108 or 124);

    /// <summary>Another format with its article, "a TIFF image", where the bytes say which; else null.</summary>
    public static string? OtherKind(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty) return "an empty file";
        foreach (var (magic, name) in _others)
            if (head.StartsWith(magic)) return name;
        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8)) return Boxed(head[8..12]);
        return head.Length > 2 && head[0] == 'P' && head[1] is >= (byte)'1' and <= (byte)'7' && head[2] is (byte)'\n' or (byte)' '
            ? "a PNM image (PPM, PGM, PBM)"
            : null;
    }

    // The major brand of ISO 14496-12, as AVIF and HEIF have it.
    private static string Boxed(ReadOnlySpan<byte> brand) =>
        brand.StartsWith("avi"u8) ? "an AVIF image"
        : brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.StartsWith("mif"u8) || brand.StartsWith("msf"u8) ? "an HEIC image"
        : "an HEIF, AVIF or MP4 file";
}
