using SkiaSharp;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class OrientationTests
{
    // Stored rows: a b c / d e f. EXIF 1 to 8; what a viewer shows is worked out by hand from the standard.
    [Theory]
    [InlineData(SKEncodedOrigin.TopLeft, "abc/def")]
    [InlineData(SKEncodedOrigin.TopRight, "cba/fed")]
    [InlineData(SKEncodedOrigin.BottomRight, "fed/cba")]
    [InlineData(SKEncodedOrigin.BottomLeft, "def/abc")]
    [InlineData(SKEncodedOrigin.LeftTop, "ad/be/cf")]
    [InlineData(SKEncodedOrigin.RightTop, "da/eb/fc")]
    [InlineData(SKEncodedOrigin.RightBottom, "fc/eb/da")]
    [InlineData(SKEncodedOrigin.LeftBottom, "cf/be/ad")]
    public void Apply_OfEachOrigin_TurnsTheImageUpright(SKEncodedOrigin origin, string expected)
    {
        RgbImage stored = new(3, 2, [.. "abcdef".SelectMany(letter => new byte[] { (byte)letter, 1, 2 })]);

        RgbImage upright = Orientation.Apply(stored, origin);

        var letters = Enumerable.Range(0, 6).Select(i => (char)upright.Pixels[i * 3]).Chunk(upright.Width).Select(row => new string(row));
        string.Join('/', letters).Should().Be(expected);
    }

    [Fact]
    public void Decode_OfARotatedPhotograph_TurnsItOnlyWhenAsked()
    {
        var source = ImageSource.FromFile(Fixtures.Path("images/exif-rotated-300x200.jpg"));

        RgbImage stored = source.Decode(), upright = source.Decode(new ImageDecoding { HonourExifOrientation = true });

        (stored.Width, stored.Height).Should().Be((300, 200));
        (upright.Width, upright.Height).Should().Be((200, 300));
        upright.Pixels.AsSpan(199 * 3, 3).ToArray()
            .Should().Equal(stored.Pixels.AsSpan(0, 3).ToArray(), "orientation 6 is stored turned left");
    }
}
