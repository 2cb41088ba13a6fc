using BitMiracle.LibJpeg.Classic;

namespace WiseFt.Images;

/// <summary>Decodes a JPEG of four inks to inks. Skia gives only RGB, computed before resizing, while Pillow resizes the inks.</summary>
/// <remarks>Pillow takes every such file as Adobe's, whose inks are stored inverted (JpegImagePlugin.py, rawmode CMYK;I).</remarks>
internal static class CmykJpeg
{
    /// <summary>Decodes a file that Skia has found whole.</summary>
    /// <exception cref="ImageException">The decoder refuses it.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name)
    {
        var decoder = new jpeg_decompress_struct(new Silent());
        try
        {
            using var stream = new MemoryStream(file.ToArray());
            decoder.jpeg_stdio_src(stream);
            decoder.jpeg_read_header(true);
            decoder.Out_color_space = J_COLOR_SPACE.JCS_CMYK;
            decoder.jpeg_start_decompress();
            int width = decoder.Output_width, height = decoder.Output_height;
            var inks = GC.AllocateUninitializedArray<byte>(checked(width * height * 4));
            byte[][] row = [new byte[width * 4]];
            for (int y = 0; y < height; y++)
            {
                decoder.jpeg_read_scanlines(row, 1);
                var target = inks.AsSpan(y * width * 4, width * 4);
                for (int i = 0; i < target.Length; i++) target[i] = (byte)(255 - row[0][i]);
            }
            decoder.jpeg_finish_decompress();
            return new RgbImage(width, height, inks, PixelLayout.Cmyk, false);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new ImageException(
                $"{name}: the CMYK JPEG image is damaged: {error.Message} Fetch the file again, or leave it out.", error);
        }
        finally { decoder.jpeg_destroy(); }
    }

    /// <summary>Keeps the decoder's warnings off the console; errors still throw.</summary>
    private sealed class Silent : jpeg_error_mgr
    {
        public override void output_message() { }
    }
}
