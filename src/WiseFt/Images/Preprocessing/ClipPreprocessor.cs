using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Images;

/// <summary>
/// Turns images into the input of CLIP's image encoder: resize, centre crop, RGB, divide by 255, normalise.
/// Immutable; vary with <c>with</c>.
/// </summary>
/// <remarks>
/// The defaults are OpenAI's preprocessing and give its pixels to the bit (of lossless files; of JPEG as exactly as the decoder).
/// Source: openai/CLIP clip/clip.py (_transform), with Pillow's antialiased bicubic in its integer arithmetic.
/// </remarks>
public sealed record ClipPreprocessor
{
    /// <summary>Side of the square that the encoder sees, in pixels.</summary>
    /// <value>1 to 4096. Default 224: ViT-B/32, ViT-B/16 and ViT-L/14.</value>
    public int Resolution { get; init => field = Check.InRange(value, 1, 4096); } = 224;

    /// <summary>What <see cref="Images.ResizeMode.Shortest"/> makes the shorter side before the crop.</summary>
    /// <value>At least <see cref="Resolution"/>, or null for the same. Default null, as in CLIP.</value>
    public int? ShorterSide { get; init => field = value is { } side ? Check.InRange(side, 1, 8192) : null; }

    /// <summary>Subtracted from each channel after division by 255.</summary>
    /// <value>Three finite numbers: R, G, B. Default: OpenAI's training set.</value>
    public ImmutableArray<float> Mean
    {
        get;
        init => field = Channels(value, "the mean", float.IsFinite);
    } = [0.48145466f, 0.4578275f, 0.40821073f];

    /// <summary>What each channel is divided by after the mean is subtracted.</summary>
    /// <value>Three positive numbers: R, G, B. Default: OpenAI's training set.</value>
    public ImmutableArray<float> StandardDeviation
    {
        get;
        init => field = Channels(value, "the standard deviation", x => x > 0 && float.IsFinite(x));
    } = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>How an image of any shape becomes a square.</summary>
    /// <value>Default <see cref="Images.ResizeMode.Shortest"/>.</value>
    public ResizeMode ResizeMode { get; init => field = Check.Defined(value); } = ResizeMode.Shortest;

    /// <summary>How pixels are computed on resizing.</summary>
    /// <value>Default <see cref="ResizeFilter.Bicubic"/>.</value>
    [JsonIgnore]
    public ResizeFilter ResizeFilter { get; init => field = Check.Defined(value); } = ResizeFilter.Bicubic;

    /// <summary>The resize filter under its name in saved models.</summary>
    [JsonInclude]
    internal ResizeFilter Interpolation { get => ResizeFilter; init => ResizeFilter = value; }

    /// <summary>Whose details to follow.</summary>
    /// <value>Default <see cref="PreprocessingConvention.OpenAI"/>, also for models in Hugging Face's layout.</value>
    public PreprocessingConvention Convention { get; init => field = Check.Defined(value); } = PreprocessingConvention.OpenAI;

    /// <summary>The grey level around an image that <see cref="Images.ResizeMode.Longest"/> does not fill.</summary>
    /// <value>Default 0, black.</value>
    public byte FillColor { get; init; }

    /// <summary>Pixel limit and orientation rule.</summary>
    /// <value>Default <see cref="ImageDecoding.Default"/>.</value>
    public ImageDecoding Decoding { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = ImageDecoding.Default;

    /// <summary>The preprocessing that a Hugging Face <c>preprocessor_config.json</c> describes, with OpenAI's details.</summary>
    /// <param name="preprocessorConfig">The file's root object.</param>
    /// <exception cref="ArgumentException">A value that is not supported, named with its key;
    /// nothing is ignored that would change pixels.</exception>
    public static ClipPreprocessor FromHuggingFace(JsonElement preprocessorConfig) =>
        PreprocessorConfig.FromHuggingFace(preprocessorConfig);

    /// <summary>The preprocessing that <c>preprocess_cfg</c> of an <c>open_clip_config.json</c> describes.</summary>
    /// <param name="preprocessCfg">The object, all keys optional: mean, std, interpolation, resize_mode, fill_color, mode, size.</param>
    /// <param name="imageSize">The vision tower's <c>image_size</c>; a <c>size</c> in the object must agree.</param>
    /// <exception cref="ArgumentException">A value that is not supported, named with its key.</exception>
    public static ClipPreprocessor FromOpenClip(JsonElement preprocessCfg, int imageSize) =>
        PreprocessorConfig.FromOpenClip(preprocessCfg, imageSize);

    /// <summary>What is done to an image, for people.</summary>
    internal string InWords()
    {
        string resize = ResizeMode switch
        {
            ResizeMode.Squash => $"both sides to {Resolution}",
            ResizeMode.Longest => $"longer side to {Resolution}, filled up",
            _ => $"shorter side to {ShorterSide ?? Resolution}, centre of {Resolution} x {Resolution}",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{resize}, {ResizeFilter.ToString().ToLowerInvariant()}, ") +
            $"mean {Text(Mean)}, deviation {Text(StandardDeviation)}";

        static string Text(ImmutableArray<float> channels) =>
            string.Join(' ', channels.Select(c => c.ToString("0.####", CultureInfo.InvariantCulture)));
    }

    /// <summary>Reads, decodes and preprocesses image files, several at once.</summary>
    /// <param name="paths">PNG, JPEG, GIF, BMP or WebP files.</param>
    /// <returns>float32 (N, 3, Resolution, Resolution), normalised, in the order of the paths. The caller disposes it.</returns>
    /// <exception cref="ImageException">A file cannot be read: the first in order, named.</exception>
    public Tensor Load(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Load([.. paths.Select(ImageSource.FromFile)]);
    }

    /// <summary>Decodes and preprocesses images, several at once.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <returns>float32 (N, 3, Resolution, Resolution), normalised, in the order of the images. The caller disposes it.</returns>
    /// <exception cref="ImageException">An image cannot be read: the first in order, named.</exception>
    public Tensor Load(IReadOnlyList<ImageSource> images, CancellationToken cancel = default) => Load(images, null, cancel);

    /// <summary>Decodes images and preprocesses a part of each, several at once.</summary>
    /// <param name="images">The images.</param>
    /// <param name="crop">The box for an image's position in the list; null for the whole images as in evaluation.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <returns>float32 (N, 3, Resolution, Resolution), normalised, in the order of the images. The caller disposes it.</returns>
    internal Tensor Load(IReadOnlyList<ImageSource> images, Func<int, RgbImage, CropBox>? crop, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(images);
        return empty(images.Count, 3, Resolution, Resolution).OrDispose(pixels => LoadInto(pixels, images, crop, cancel));
    }

    // Straight into the tensor's memory: an array of a batch would be large enough for the collector to look at everything each time.
    private unsafe void LoadInto(
        Tensor pixels, IReadOnlyList<ImageSource> images, Func<int, RgbImage, CropBox>? crop, CancellationToken cancel)
    {
        int floats = 3 * Resolution * Resolution;
        nint start = TensorBytes.Address(pixels);
        var tables = NormalisationTables();
        var failures = new ExceptionDispatchInfo?[images.Count];
        var parallel = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, images.Count, parallel, (i, loop) =>
        {
            if (loop.ShouldExitCurrentIteration) return;
            try
            {
                RgbImage image = images[i].DecodeRented(Decoding);
                try
                {
                    Normalise(image, crop?.Invoke(i, image), tables, new Span<float>((float*)start + (long)i * floats, floats));
                }
                finally
                {
                    image.Release();
                }
            }
            catch (Exception error)
            {
                failures[i] = ExceptionDispatchInfo.Capture(error);
                loop.Break();
            }
        });
        GC.KeepAlive(pixels);
        Array.Find(failures, failure => failure is not null)?.Throw();
    }

    /// <summary>Preprocesses one decoded image.</summary>
    /// <param name="image">Of any size.</param>
    /// <param name="destination">Receives 3 * Resolution * Resolution float32, planar RGB, normalised.</param>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void Preprocess(RgbImage image, Span<float> destination) => Normalise(image, null, NormalisationTables(), destination);

    /// <summary>Preprocesses a part of an image as training does: the crop alone, resized to the square whatever its shape.</summary>
    /// <param name="image">Of any size.</param>
    /// <param name="crop">A box inside it, see <see cref="RandomResizedCrop"/>.</param>
    /// <param name="destination">Receives 3 * Resolution * Resolution float32, planar RGB, normalised.</param>
    /// <exception cref="ArgumentException">The box is empty or not inside the image, or the destination is shorter.</exception>
    public void PreprocessCrop(RgbImage image, CropBox crop, Span<float> destination) =>
        Normalise(image, crop, NormalisationTables(), destination);

    /// <summary>The pixels before normalisation.</summary>
    /// <param name="image">Of any size.</param>
    /// <returns>uint8 (3, Resolution, Resolution), planar RGB.</returns>
    public byte[] ToPixels(RgbImage image)
    {
        int plane = Resolution * Resolution;
        var rgb = new byte[plane * 3];
        SquareRenderer.Render(this, image, null, rgb);
        var planar = new byte[plane * 3];
        for (int i = 0; i < plane; i++)
            for (int c = 0; c < 3; c++) planar[c * plane + i] = rgb[i * 3 + c];
        return planar;
    }

    /// <summary>Value equality, of the means and deviations too.</summary>
    /// <param name="other">Another preprocessor.</param>
    public bool Equals(ClipPreprocessor? other) =>
        other is not null && Mean.SequenceEqual(other.Mean) && StandardDeviation.SequenceEqual(other.StandardDeviation) &&
        (Resolution, ShorterSide, ResizeMode, ResizeFilter, Convention, FillColor, Decoding) ==
        (other.Resolution, other.ShorterSide, other.ResizeMode, other.ResizeFilter, other.Convention, other.FillColor, other.Decoding);

    /// <summary>A hash that agrees with <see cref="Equals(ClipPreprocessor)"/>.</summary>
    public override int GetHashCode() =>
        HashCode.Combine(Resolution, ShorterSide, ResizeMode, ResizeFilter, Convention, FillColor, Mean[0], StandardDeviation[0]);

    private void Normalise(RgbImage image, CropBox? crop, float[] tables, Span<float> destination)
    {
        int plane = Resolution * Resolution;
        if (destination.Length < plane * 3)
            throw new ArgumentException(
                $"The destination holds {destination.Length} floats; expected 3 * {Resolution} * {Resolution} = {plane * 3}.",
                nameof(destination));
        var rented = ArrayPool<byte>.Shared.Rent(plane * 3);
        try
        {
            var rgb = rented.AsSpan(0, plane * 3);
            SquareRenderer.Render(this, image, crop, rgb);
            ReadOnlySpan<float> red = tables.AsSpan(0, 256), green = tables.AsSpan(256, 256), blue = tables.AsSpan(512, 256);
            Span<float> reds = destination[..plane], greens = destination.Slice(plane, plane), blues = destination.Slice(2 * plane, plane);
            for (int i = 0, at = 0; i < plane; i++, at += 3)
            {
                reds[i] = red[rgb[at]];
                greens[i] = green[rgb[at + 1]];
                blues[i] = blue[rgb[at + 2]];
            }
        }
        finally { ArrayPool<byte>.Shared.Return(rented); }
    }

    // (v / 255 - mean) / std in float32, in this order, for each byte v: what torch computes, to the bit.
    private float[] NormalisationTables()
    {
        var tables = new float[3 * 256];
        for (int c = 0; c < 3; c++)
            for (int v = 0; v < 256; v++) tables[c * 256 + v] = (v / 255f - Mean[c]) / StandardDeviation[c];
        return tables;
    }

    private static ImmutableArray<float> Channels(ImmutableArray<float> values, string what, Func<float, bool> valid) =>
        !values.IsDefault && values.Length == 3 && values.All(valid)
            ? values
            : throw new ArgumentException(FormattableString.Invariant(
                $"Found {(values.IsDefault ? "nothing" : $"[{string.Join(", ", values)}]")} as {what}; ") +
                "expected three numbers, R, G, B, finite (a deviation also above 0).");
}

/// <summary>How an image of any shape becomes a square. The names are open_clip's.</summary>
public enum ResizeMode
{
    /// <summary>The shorter side becomes the square's, the middle is cut out. CLIP's choice.</summary>
    Shortest,

    /// <summary>The longer side becomes the square's, the rest is filled with <see cref="ClipPreprocessor.FillColor"/>.</summary>
    Longest,

    /// <summary>Both sides become the square's; the aspect ratio is lost. SigLIP's choice.</summary>
    Squash,
}

/// <summary>Whose details to follow where they differ: when an image becomes RGB, and where the middle of an odd margin lies.</summary>
public enum PreprocessingConvention
{
    /// <summary>
    /// OpenAI's CLIP code and open_clip: resize in the file's own mode (palette and bilevel images by nearest neighbour, colours weighted
    /// by alpha), then to RGB; the crop begins at round((h - size) / 2), halves to even. Published accuracies are measured this way.
    /// </summary>
    OpenAI,

    /// <summary>Hugging Face's CLIPImageProcessor: to RGB first, alpha dropped; the crop begins at floor((h - size) / 2).</summary>
    HuggingFace,
}
