using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class HostileImageTests
{
    public static TheoryData<string> Encoded() =>
    [
        "rgb-33x47.png", "grayalpha-70x50.png", "palette-160x120.png", "gray16-80x60.png", "photo-640x480.jpg", "progressive-401x299.jpg",
        "cmyk-120x160.jpg", "still-100x80.gif", "rgb-130x97.bmp", "lossless-150x110.webp",
    ];

    [Theory, MemberData(nameof(Encoded))]
    [Fault("image cut short or damaged", "at many places", "ImageException")]
    public void Decode_CutShortAnywhere_ThrowsAndNamesTheImage(string image)
    {
        byte[] whole = File.ReadAllBytes(Fixtures.Path($"images/{image}"));
        foreach (double part in (double[])[0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
        {
            byte[] cut = whole[..(int)(whole.Length * part)];
            FaultAttribute.Provoked(1);

            var act = () => ImageSource.FromBytes(cut, "cut-" + image).Decode();

            act.Should().Throw<ImageException>($"{image} cut to {cut.Length} of {whole.Length} bytes").WithMessage($"cut-{image}: *");
        }
    }

    [Theory, MemberData(nameof(Encoded))]
    public void Decode_WithBytesOverwritten_EndsInPixelsOrImageException(string image)
    {
        byte[] whole = File.ReadAllBytes(Fixtures.Path($"images/{image}"));
        Random random = new(7);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = [.. whole];
            for (int k = 0; k < 1 + i % 5; k++)
                damaged[random.Next(Math.Min(whole.Length, i % 2 == 0 ? 64 : whole.Length))] = (byte)random.Next(256);
            try { ImageSource.FromBytes(damaged, image).Decode(new ImageDecoding { MaxPixels = 10_000_000 }).Pixels.Should().NotBeEmpty(); }
            catch (ImageException error) { error.Message.Should().StartWith(image + ": "); }
        }
    }

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("hello, world", "text that begins with \"hello, w\"")]
    [InlineData("<!DOCTYPE html><html>", "an HTML page")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "a Git LFS pointer")]
    [InlineData("II*\0aaaaaaaaaa", "a TIFF image")]
    public void Decode_OfAnotherFormat_SaysWhatWasFoundAndWhatIsExpected(string content, string found)
    {
        var act = () => ImageSource.FromBytes(System.Text.Encoding.Latin1.GetBytes(content), "label.png").Decode();

        act.Should().Throw<ImageException>().WithMessage($"label.png: found {found}*expected a PNG, JPEG, GIF, BMP or WebP image*");
    }

    [Fact]
    public void Decode_OfAMissingFile_NamesThePath()
    {
        var act = () => ImageSource.FromFile("no/such.png").Decode();

        act.Should().Throw<ImageException>().WithMessage("no/such.png: the image file cannot be read:*Check the path*");
    }

    [Fact]
    [Fault("image cut short or damaged")]
    public void Decode_AbovePixelLimit_RefusesFromTheHeaderAlone()
    {
        byte[] header = File.ReadAllBytes(Fixtures.Path("images/rgb-33x47.png"))[..60];
        (header[16], header[20]) = (0x0F, 0x0F); // 251,658,273 columns
        uint crc = Crc32(header.AsSpan(12, 17));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(29), crc);

        var act = () => ImageSource.FromBytes(header, "bomb.png").Decode();

        act.Should().Throw<ImageException>().WithMessage("bomb.png: *more than the limit of 178,956,970*MaxPixels*");
    }

    [Fact]
    public void Decode_AtThePixelLimit_IsAllowed()
    {
        var source = ImageSource.FromFile(Fixtures.Path("images/rgb-33x47.png"));

        source.Decode(new ImageDecoding { MaxPixels = 33 * 47 }).Width.Should().Be(33);
        source.Invoking(s => s.Decode(new ImageDecoding { MaxPixels = 33 * 47 - 1 })).Should().Throw<ImageException>();
    }

    [Fact]
    public void Decode_OfATooLargeFile_RefusesBeforeReading() =>
        ImageSource.FromFile(Fixtures.Path("images/rgb-33x47.png")).Invoking(s => s.Decode(new ImageDecoding { MaxFileBytes = 100 }))
            .Should().Throw<ImageException>().WithMessage("*bytes, more than the limit of 100*");

    [Fact]
    public void Load_WithBadImages_NamesTheFirstInOrder()
    {
        string good = Fixtures.Path("images/one-1x1.png");

        var act = () => new ClipPreprocessor { Resolution = 8 }.Load([good, "missing-1.png", good, "missing-2.png"]);

        act.Should().Throw<ImageException>().WithMessage("missing-1.png*");
    }

    internal static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++) crc = (crc >> 1) ^ (0xEDB88320u & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
