using System.Buffers.Binary;
using System.IO.Hashing;

namespace WiseFt.Fuzzing;

/// <summary>The checksums of PNG's chunks.</summary>
internal static class PngChecksums
{
    private const int Signature = 8, Around = 12; // length and name before a chunk's content, checksum after it

    /// <summary>Writes the right checksum behind every chunk that the file has whole.</summary>
    public static byte[] Repair(byte[] png)
    {
        for (long at = Signature; at + Around <= png.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan((int)at));
            if (at + Around + length > png.Length) break;
            uint checksum = Crc32.HashToUInt32(png.AsSpan((int)at + 4, (int)length + 4));
            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan((int)(at + 8 + length)), checksum);
            at += Around + length;
        }
        return png;
    }
}
