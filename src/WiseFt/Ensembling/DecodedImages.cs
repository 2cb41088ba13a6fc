using Microsoft.Win32.SafeHandles;
using TorchSharp;
using WiseFt.Images;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>Images that are looked at many times: each decoded and made a square once, and kept as bytes in a temporary file, which the
/// system holds in memory as long as there is room. Owns the file.</summary>
internal sealed class DecodedImages : IDisposable
{
    private readonly ClipPreprocessor _preprocessor;
    private readonly SafeFileHandle _file;

    private DecodedImages(ClipPreprocessor preprocessor, LabelledImages images, SafeFileHandle file) =>
        (_preprocessor, Images, _file) = (preprocessor, images, file);

    /// <summary>The images.</summary>
    public LabelledImages Images { get; }

    private int Bytes => 3 * _preprocessor.Resolution * _preprocessor.Resolution;

    /// <summary>Decodes images.</summary>
    /// <param name="preprocessor">How they become squares.</param>
    /// <param name="images">The images.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="ImageException">One cannot be read.</exception>
    /// <exception cref="IOException">There is no room for the file.</exception>
    public static DecodedImages Of(ClipPreprocessor preprocessor, LabelledImages images, CancellationToken cancel)
    {
        string path = Path.Combine(Path.GetTempPath(), $"wiseft.{Guid.NewGuid():N}.tmp");
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        return new DecodedImages(preprocessor, images, file).OrDispose(decoded => decoded.Fill(cancel));
    }

    /// <summary>Some of the images: float32 (N, 3, R, R), normalised, as <see cref="ClipPreprocessor.Load(IReadOnlyList{string})"/> gives
    /// them, to the bit.</summary>
    public Tensor Load(IReadOnlyList<int> places)
    {
        using var scope = NewDisposeScope();
        long side = _preprocessor.Resolution;
        Tensor squares = empty(places.Count, 3, side, side, dtype: uint8);
        for (int i = 0; i < places.Count; i++)
        {
            using Tensor square = squares.select(0, i);
            long offset = (long)places[i] * Bytes;
            foreach (Memory<byte> chunk in square.ByteChunks())
            {
                Require(RandomAccess.Read(_file, chunk.Span, offset), chunk.Length);
                offset += chunk.Length;
            }
        }
        Tensor mean = Channels(_preprocessor.Mean.AsSpan()), deviation = Channels(_preprocessor.StandardDeviation.AsSpan());
        using Scalar white = 255f;
        return squares.to(float32).div_(white).sub_(mean).div_(deviation).MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file, which goes away with that.</summary>
    public void Dispose() => _file.Dispose();

    private void Fill(CancellationToken cancel)
    {
        int done = 0;
        foreach (ImageSource[] part in Images.Images.Chunk(DrawnImages.PartSize))
        {
            // The first failure in order is the one that is thrown.
            byte[][] squares = Task.WhenAll(part.Select(image => Task.Run(() => Square(image), cancel))).GetAwaiter().GetResult();
            foreach (byte[] square in squares) RandomAccess.Write(_file, square, (long)done++ * Bytes);
        }
    }

    private byte[] Square(ImageSource image)
    {
        RgbImage decoded = image.DecodeRented(_preprocessor.Decoding);
        try
        {
            return _preprocessor.ToPixels(decoded);
        }
        finally
        {
            decoded.Release();
        }
    }

    private static Tensor Channels(ReadOnlySpan<float> values) => tensor(values.ToArray()).view(1, 3, 1, 1);

    private static void Require(int read, int wanted)
    {
        if (read != wanted) throw new IOException($"The temporary file of decoded images gave {read} of {wanted} bytes. Run it again.");
    }
}
