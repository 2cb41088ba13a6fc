using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using WiseFt.Images;

namespace WiseFt;

/// <summary>Where an image comes from: a file, encoded bytes or pixels. Decoded when asked, not before.</summary>
public sealed class ImageSource
{
    private const int SampleLength = 4096;

    private readonly Func<ImageDecoding, bool, RgbImage> _decode;
    private readonly Func<bool, byte[]> _sha256; // of a sample of the bytes where asked for
    private readonly Func<ImageStamp?> _stamp;

    private ImageSource(string name, Func<ImageDecoding, bool, RgbImage> decode, Func<bool, byte[]> sha256, Func<ImageStamp?> stamp)
    {
        Name = Check.NotBlank(name);
        (_decode, _sha256, _stamp) = (decode, sha256, stamp);
    }

    /// <summary>What errors call the image: its path, or the name it was given.</summary>
    public string Name { get; }

    /// <summary>An image file. It is opened by <see cref="Decode"/>, not here.</summary>
    /// <param name="path">A PNG, JPEG, GIF, BMP or WebP file, told apart by content, not by extension.</param>
    public static ImageSource FromFile(string path) => new(
        path, (decoding, isRented) => WithFile(path, decoding, file => ImageDecoder.Decode(file, path, decoding, isRented)),
        isSample => isSample ? HashSample(path) : WithFile(path, ImageDecoding.Default, file => SHA256.HashData(file)),
        () => ImageStamp.Of(path));

    /// <summary>An encoded image in memory.</summary>
    /// <param name="encoded">The bytes of a PNG, JPEG, GIF, BMP or WebP file. Not copied: leave them unchanged.</param>
    /// <param name="name">What errors call it.</param>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> encoded, string name) =>
        new(
            name, (decoding, isRented) => ImageDecoder.Decode(encoded.Span, name, decoding, isRented),
            _ => SHA256.HashData(encoded.Span), () => new ImageStamp(encoded.Length, default));

    /// <summary>Pixels that are already decoded.</summary>
    /// <param name="image">The pixels. Not copied.</param>
    /// <param name="name">What errors call it.</param>
    public static ImageSource FromRgb(RgbImage image, string name)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new ImageSource(name, (_, _) => image, _ =>
            SHA256.HashData([.. BitConverter.GetBytes(image.Width), .. BitConverter.GetBytes(image.NearestResize), .. image.Pixels]),
            () => new ImageStamp(3L * image.Width * image.Height, default));
    }

    /// <summary>This image without its outermost pixels.</summary>
    /// <param name="pixels">Pixels to cut off at each of the four sides, at least 0.</param>
    internal ImageSource WithoutBorder(int pixels)
    {
        Check.AtLeast(pixels, 0);
        return pixels == 0 ? this : new ImageSource(
            Name, (decoding, isRented) => WithoutBorder(_decode(decoding, isRented), pixels),
            isSample => SHA256.HashData([.. _sha256(isSample), .. BitConverter.GetBytes(pixels)]), _stamp);
    }

    /// <summary>Reads and decodes the image, anew at each call.</summary>
    /// <param name="decoding">The pixel limit and the orientation rule; null for <see cref="ImageDecoding.Default"/>.</param>
    /// <returns>The pixels at the file's own size.</returns>
    /// <exception cref="ImageException">The file is missing, damaged, cut short, too large, or of another format.</exception>
    public RgbImage Decode(ImageDecoding? decoding = null) => _decode(decoding ?? ImageDecoding.Default, false);

    /// <summary>Decodes as <see cref="Decode"/> does, into memory that is used again after
    /// <see cref="RgbImage.Release"/>, which the caller calls.</summary>
    internal RgbImage DecodeRented(ImageDecoding decoding) => _decode(decoding, true);

    /// <summary>SHA-256 of the encoded bytes, or of the pixels where there are none: equal for equal images.</summary>
    /// <exception cref="ImageException">The file is missing or cannot be read.</exception>
    internal byte[] Sha256() => _sha256(false);

    /// <summary>SHA-256 of a few of its bytes, for a first look: equal for equal images, and for some others.</summary>
    /// <exception cref="ImageException">The file is missing or cannot be read.</exception>
    internal byte[] Sha256OfSample() => _sha256(true);

    /// <summary>What its file is now, without reading it; null where there is none.</summary>
    internal ImageStamp? Stamp() => _stamp();

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private RgbImage WithoutBorder(RgbImage whole, int pixels)
    {
        try
        {
            return whole.WithoutBorder(pixels, Name);
        }
        finally
        {
            whole.Release();
        }
    }

    private static byte[] HashSample(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(RegularFile.Require(path));
            Span<byte> sample = stackalloc byte[SampleLength];
            int length = RandomAccess.Read(file, sample, Math.Max(0, (RandomAccess.GetLength(file) - SampleLength) / 2)); // the middle
            return SHA256.HashData(sample[..length]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>Does something with a file's bytes, which lie in memory that is used again.</summary>
    private static T WithFile<T>(string path, ImageDecoding decoding, Func<ReadOnlySpan<byte>, T> use)
    {
        byte[] buffer = [];
        try
        {
            int length = Read(path, decoding, ref buffer);
            return use(buffer.AsSpan(0, length));
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a file into a rented buffer; returns how many bytes there were.</summary>
    private static int Read(string path, ImageDecoding decoding, ref byte[] buffer)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(RegularFile.Require(path), options: FileOptions.SequentialScan);
            long length = RandomAccess.GetLength(file);
            if (length > decoding.MaxFileBytes)
                throw new ImageException(
                    FormattableString.Invariant(
                        $"{path}: the file has {length:N0} bytes, more than the limit of {decoding.MaxFileBytes:N0}. ") +
                    $"Leave it out, or raise {nameof(ImageDecoding)}.{nameof(ImageDecoding.MaxFileBytes)}.");
            buffer = ArrayPool<byte>.Shared.Rent((int)length);
            int read = 0;
            while (read < length && RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read) is > 0 and var count)
                read += count;
            return read;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(path, error);
        }
    }

    private static ImageException Unreadable(string path, Exception error) =>
        new($"{path}: the image file cannot be read: {error.Message} Check the path and its permissions.", error);
}
