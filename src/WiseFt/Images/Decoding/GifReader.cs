using System.Buffers.Binary;

namespace WiseFt.Images;

/// <summary>Decodes the first frame of a GIF as Pillow does.</summary>
/// <remarks>
/// An own reader, because general decoders replace the colours of transparent pixels, which Pillow keeps. Transparent pixels have the
/// colour of their index, and so has what the frame does not cover; a palette that is the grey ramp makes a grey image (Pillow's mode L),
/// which is resized as one. Source: python-pillow/Pillow@4e5f09f src/PIL/GifImagePlugin.py; the format is CompuServe's GIF89a.
/// </remarks>
internal ref struct GifReader
{
    private const long MostPixelsAByte = 4096; // a code of LZW stands for less, and has more than a byte

    private readonly ReadOnlySpan<byte> _file;
    private readonly string _name;
    private int _at;
    private int _transparent = -1;

    private GifReader(ReadOnlySpan<byte> file, string name)
    {
        _file = file;
        _name = name;
    }

    /// <summary>Decodes the first frame.</summary>
    /// <exception cref="ImageException">The file is damaged, cut short, or too large.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name, ImageDecoding decoding) =>
        new GifReader(file, name).Decode(decoding);

    private RgbImage Decode(ImageDecoding decoding)
    {
        var screen = Take(13);
        var palette = Palette(screen[10]);
        SkipToFrame();
        var frame = Take(9);
        int left = UInt16(frame, 0), top = UInt16(frame, 2), frameWidth = UInt16(frame, 4), frameHeight = UInt16(frame, 6);
        bool local = (frame[8] & 0x80) != 0;
        if (local) palette = Palette(frame[8]);
        int width = Math.Max(UInt16(screen, 6), left + frameWidth), height = Math.Max(UInt16(screen, 8), top + frameHeight);
        if (frameWidth == 0 || frameHeight == 0) throw Damaged("its frame has no pixels");
        ImageDecoder.CheckSize(width, height, _name, decoding);
        if ((long)frameWidth * frameHeight > (_file.Length - _at) * MostPixelsAByte)
            throw Damaged(FormattableString.Invariant(
                $"its frame has {frameWidth} x {frameHeight} pixels, and its file {_file.Length} bytes"));

        var indices = GC.AllocateUninitializedArray<byte>(frameWidth * frameHeight);
        int minimumCodeSize = Take(1)[0];
        if (minimumCodeSize is < 1 or > 8) throw Damaged($"its code size is {minimumCodeSize}, expected 1 to 8");
        if (!GifLzw.TryDecode(_file[_at..], minimumCodeSize, indices)) throw Damaged("its pixels end early");
        var target = new byte[checked(width * height * 3)];
        byte background = (byte)Math.Max(_transparent, 0);
        if ((left, top, frameWidth, frameHeight) != (0, 0, width, height))
            for (int i = 0; i < target.Length; i += 3) palette.AsSpan(background * 3, 3).CopyTo(target.AsSpan(i));
        var rows = Rows(frameHeight, interlaced: (frame[8] & 0x40) != 0);
        for (int y = 0; y < frameHeight; y++)
        {
            var row = target.AsSpan(((top + rows[y]) * width + left) * 3, frameWidth * 3);
            for (int x = 0; x < frameWidth; x++) palette.AsSpan(indices[y * frameWidth + x] * 3, 3).CopyTo(row[(x * 3)..]);
        }
        return new RgbImage(width, height, target, nearestResize: !IsGreyRamp(palette));
    }

    /// <summary>Reads a colour table, if the flags say there is one; otherwise, and beyond its end, index i is grey i.</summary>
    private byte[] Palette(byte flags)
    {
        var palette = new byte[256 * 3];
        for (int i = 0; i < palette.Length; i++) palette[i] = (byte)(i / 3);
        if ((flags & 0x80) != 0) Take(3 << ((flags & 7) + 1)).CopyTo(palette);
        return palette;
    }

    // Until the comma of an image descriptor; of the extensions only graphic control (transparent index) matters.
    private void SkipToFrame()
    {
        for (; ; )
        {
            int kind = Take(1)[0];
            if (kind == ',') return;
            if (kind == ';') throw Damaged("it has no frame");
            if (kind != '!') continue;
            int label = Take(1)[0];
            for (int length = Take(1)[0]; length != 0; length = Take(1)[0])
            {
                var block = Take(length);
                if (label == 0xF9 && length >= 4) _transparent = (block[0] & 1) != 0 ? block[3] : -1;
            }
        }
    }

    /// <summary>The image row of each stored row.</summary>
    private static int[] Rows(int height, bool interlaced)
    {
        if (!interlaced) return [.. Enumerable.Range(0, height)];
        List<int> rows = new(height);
        foreach (var (first, step) in (ReadOnlySpan<(int, int)>)[(0, 8), (4, 8), (2, 4), (1, 2)])
            for (int y = first; y < height; y += step) rows.Add(y);
        return [.. rows];
    }

    private static bool IsGreyRamp(byte[] palette)
    {
        for (int i = 0; i < palette.Length; i++)
            if (palette[i] != i / 3) return false;
        return true;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _file.Length - _at) throw Damaged($"it ends after {_file.Length} bytes");
        _at += count;
        return _file.Slice(_at - count, count);
    }

    private readonly ImageException Damaged(string what) =>
        new($"{_name}: the GIF image is damaged or cut short: {what}. Fetch the file again, or leave it out.");

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
