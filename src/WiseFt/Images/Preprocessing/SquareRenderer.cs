using System.Buffers;

namespace WiseFt.Images;

/// <summary>Resizes and crops an image to the encoder's square of RGB bytes.</summary>
internal static class SquareRenderer
{
    /// <summary>Renders the square.</summary>
    /// <param name="preprocessor">Size, mode, interpolation, convention.</param>
    /// <param name="image">Of any size.</param>
    /// <param name="crop">The part to squash into the square, or null for the whole by the preprocessor's mode.</param>
    /// <param name="rgb">Receives uint8 (R, R, 3).</param>
    public static void Render(ClipPreprocessor preprocessor, RgbImage image, CropBox? crop, Span<byte> rgb)
    {
        ArgumentNullException.ThrowIfNull(image);
        var box = crop ?? new CropBox(0, 0, image.Width, image.Height);
        CheckInside(box, image);
        int side = preprocessor.Resolution;
        var (width, height) = crop is null ? Resized(preprocessor, box.Width, box.Height) : (side, side);
        var (left, top) = (Margin(width, side, preprocessor.Convention), Margin(height, side, preprocessor.Convention));
        var visible = new CropBox(Math.Max(left, 0), Math.Max(top, 0), Math.Min(width, side), Math.Min(height, side));
        var source = Source(image, box, preprocessor.Convention);
        bool nearest = image.NearestResize && preprocessor.Convention == PreprocessingConvention.OpenAI;
        var interpolation = nearest ? ResizeFilter.Nearest : preprocessor.ResizeFilter;
        if (visible.Width == side && visible.Height == side)
        {
            ResizeToRgb(source, width, height, visible, interpolation, rgb);
            return;
        }
        var part = new byte[visible.Width * visible.Height * 3];
        ResizeToRgb(source, width, height, visible, interpolation, part);
        rgb.Fill(preprocessor.FillColor);
        for (int y = 0; y < visible.Height; y++)
            part.AsSpan(y * visible.Width * 3, visible.Width * 3).CopyTo(rgb[(((y - Math.Min(top, 0)) * side - Math.Min(left, 0)) * 3)..]);
    }

    private static void CheckInside(CropBox box, RgbImage image)
    {
        bool inside = box is { Left: >= 0, Top: >= 0, Width: >= 1, Height: >= 1 } &&
            box.Left <= image.Width - box.Width && box.Top <= image.Height - box.Height;
        if (!inside) throw new ArgumentException($"The crop {box} is not inside the image of {image.Width} x {image.Height} pixels.");
    }

    /// <summary>The size of the whole image after resizing, before the crop.</summary>
    private static (int Width, int Height) Resized(ClipPreprocessor preprocessor, int width, int height)
    {
        int side = preprocessor.Resolution;
        switch (preprocessor.ResizeMode)
        {
            case ResizeMode.Squash:
                return (side, side);
            case ResizeMode.Longest: // open_clip's ResizeKeepRatio
                double ratio = Math.Max((double)height / side, (double)width / side);
                return (Math.Max(1, (int)Math.Round(width / ratio)), Math.Max(1, (int)Math.Round(height / ratio)));
            default: // torchvision's Resize
                int shorter = preprocessor.ShorterSide ?? side;
                if (shorter < side)
                    throw new InvalidOperationException(
                        $"ShorterSide is {shorter} and Resolution {side}; the shorter side must be at least the resolution.");
                double longer = (double)((long)shorter * Math.Max(width, height)) / Math.Min(width, height);
                if (longer > int.MaxValue)
                    throw new ArgumentException(
                        $"The image of {width} x {height} pixels is too elongated to be resized to {shorter}. Crop it first.");
                return width <= height ? (shorter, (int)longer) : ((int)longer, shorter);
        }
    }

    /// <summary>Pixels cut off before the square, or (negative) filled.</summary>
    private static int Margin(int length, int side, PreprocessingConvention convention)
    {
        if (length < side) return -((side - length) / 2);
        return convention == PreprocessingConvention.OpenAI ? (int)Math.Round((length - side) / 2.0) : (length - side) / 2;
    }

    private static PixelView Source(RgbImage image, CropBox box, PreprocessingConvention convention) =>
        convention == PreprocessingConvention.OpenAI || image.Layout == PixelLayout.Rgb
            ? image.View(box)
            : new PixelView(image.Pixels, image.Width * 3, image.Width, image.Height, PixelLayout.Rgb).Window(box);

    private static void ResizeToRgb(PixelView source, int width, int height, CropBox window, ResizeFilter interpolation, Span<byte> rgb)
    {
        if (source.Layout == PixelLayout.Rgb)
        {
            Resampler.Resize(source, width, height, window, interpolation, rgb);
            return;
        }
        bool weighted = source.Layout == PixelLayout.Rgba && interpolation != ResizeFilter.Nearest &&
            (source.Width, source.Height) != (width, height);
        var rented = ArrayPool<byte>.Shared.Rent(window.Width * window.Height * 4);
        var premultiplied = weighted ? ArrayPool<byte>.Shared.Rent(source.Width * source.Height * 4) : [];
        try
        {
            var result = rented.AsSpan(0, window.Width * window.Height * 4);
            if (weighted)
            {
                PixelConversion.Premultiply(source, premultiplied);
                source = new PixelView(premultiplied, source.Width * 4, source.Width, source.Height, PixelLayout.Rgba);
            }
            Resampler.Resize(source, width, height, window, interpolation, result);
            if (weighted) PixelConversion.UnpremultiplyToRgb(result, rgb);
            else PixelConversion.ToRgb(new PixelView(result, window.Width * 4, window.Width, window.Height, source.Layout), rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
            if (weighted) ArrayPool<byte>.Shared.Return(premultiplied);
        }
    }
}
