using System.Buffers.Binary;
using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>Files that promise what they cannot hold, and PNG files whose checksums are wrong.</summary>
public sealed class BrokenPromiseTests
{
    private const ushort Side = 13_000; // within the limit of pixels; decoding takes more than a gigabyte

    [Theory]
    [InlineData("photo-640x480.jpg")]
    [InlineData("progressive-401x299.jpg")]
    [InlineData("cmyk-120x160.jpg")]
    [InlineData("rgb-33x47.png")]
    [InlineData("rgb-130x97.bmp")]
    [InlineData("still-100x80.gif")]
    public void Decode_HeaderThatPromisesMoreThanTheFileCanHold_IsRefusedBeforeMemoryIsTaken(string image)
    {
        byte[] file = Promising(File.ReadAllBytes(Fixtures.Path($"images/{image}")));
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => ImageSource.FromBytes(file, image).Decode())
            .Should().Throw<ImageException>().WithMessage($"{image}: *13000 x 13000 pixels*");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16_000_000);
    }

    [Theory]
    [InlineData("IHDR")]
    [InlineData("tEXt")]
    [InlineData("gAMA")]
    [InlineData("IDAT")]
    public void Decode_WrongChecksum_IsRefused(string chunk)
    {
        byte[] file = WithText(File.ReadAllBytes(Fixtures.Path("images/rgb-33x47.png")));
        ImageSource.FromBytes(file, "whole.png").Decode().Width.Should().Be(33);
        file[ChecksumOf(chunk, file)] ^= 1;

        var act = () => ImageSource.FromBytes(file, "wrong.png").Decode();

        act.Should().Throw<ImageException>().WithMessage(chunk == "IDAT" ? "wrong.png: *damaged*" : $"wrong.png: *checksum*'{chunk}'*");
    }

    [Fact]
    public void Decode_WrongChecksumAfterThePixels_IsReadAsPillowReadsIt()
    {
        byte[] whole = File.ReadAllBytes(Fixtures.Path("images/rgb-33x47.png"));
        byte[] damaged = [.. whole[..^12], .. Chunk("tEXt", "a\0b"u8), .. whole[^12..]];
        damaged[^13] ^= 1;

        ImageSource.FromBytes(damaged, "d").Decode().Pixels.Should().Equal(ImageSource.FromBytes(whole, "w").Decode().Pixels);
    }

    private static byte[] Promising(byte[] file)
    {
        if (file[0] == 0xFF)
        {
            int frame = Enumerable.Range(2, file.Length).First(i => file[i] == 0xFF && file[i + 1] is 0xC0 or 0xC2 && file[i + 2] == 0);
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), Side);
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), Side);
        }
        else if (file[0] == 'B')
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Side);
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), Side);
        }
        else if (file[0] == 'G')
        {
            int frame = Array.IndexOf(file, (byte)',', 13 + (3 << ((file[10] & 7) + 1)));
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(frame + 5), Side);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(frame + 7), Side);
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), Side);
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), Side);
        }
        return file;
    }

    /// <summary>With a text and a gamma before its pixels.</summary>
    private static byte[] WithText(byte[] png) =>
        [.. png[..33], .. Chunk("tEXt", "a\0b"u8), .. Chunk("gAMA", [0, 0, 0xB1, 0x8F]), .. png[33..]];

    private static byte[] Chunk(string type, ReadOnlySpan<byte> data)
    {
        byte[] covered = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data], length = new byte[4], checksum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, HostileImageTests.Crc32(covered));
        return [.. length, .. covered, .. checksum];
    }

    private static int ChecksumOf(string chunk, byte[] png)
    {
        for (int at = 8; ;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (System.Text.Encoding.ASCII.GetString(png, at + 4, 4) == chunk) return at + 8 + length;
            at += 12 + length;
        }
    }
}
