using System.Buffers.Binary;
using System.Text;

namespace WiseFt.Images;

/// <summary>The checksums of a PNG file's chunks.</summary>
/// <remarks>Pillow refuses a file where one before the pixels is wrong, in a text or a colour profile too; libpng would leave such a
/// chunk out and say nothing. A wrong one among the pixels is refused by libpng, where Pillow looks at the pixels' own checksum alone;
/// what lies after them is looked at by neither. Source: python-pillow/Pillow src/PIL/PngImagePlugin.py (ChunkStream.crc, load_read).
/// </remarks>
internal static class PngChunks
{
    private const int Signature = 8, LengthAndType = 8, Checksum = 4;

    private static readonly uint[] _table = [.. Enumerable.Range(0, 256).Select(i => Shifted((uint)i))];

    /// <summary>Refuses a file with a wrong checksum before its pixels.</summary>
    /// <exception cref="ImageException">There is one; the message names the chunk.</exception>
    public static void RequireChecksums(ReadOnlySpan<byte> file, string name)
    {
        for (int at = Signature; at + LengthAndType + Checksum <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            ReadOnlySpan<byte> type = file.Slice(at + Checksum, 4);
            if (type.SequenceEqual("IDAT"u8) || length > file.Length - at - LengthAndType - Checksum) return; // cut short: seen later
            ReadOnlySpan<byte> covered = file.Slice(at + Checksum, (int)length + 4);
            at += LengthAndType + (int)length;
            if (BinaryPrimitives.ReadUInt32BigEndian(file[at..]) != Crc32(covered))
                throw new ImageException(
                    $"{name}: the PNG image is damaged: the checksum of its chunk '{Encoding.Latin1.GetString(type)}' is wrong. " +
                    "Fetch the file again, or leave it out.");
            at += Checksum;
        }
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes) crc = (crc >> 8) ^ _table[(byte)(crc ^ b)];
        return ~crc;
    }

    private static uint Shifted(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0xEDB88320u & (uint)-(int)(value & 1));
        return value;
    }
}
