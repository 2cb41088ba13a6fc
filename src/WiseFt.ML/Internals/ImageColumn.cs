using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>An image of a row: where it can be decoded from, or its pixels where the row holds them only for a moment.</summary>
internal readonly record struct RowImage(ImageSource? Source, float[]? Preprocessed);

/// <summary>Columns of images: text (a path), <see cref="MLImage"/>, or a vector of bytes (an encoded image).</summary>
internal static class ImageColumn
{
    private const string Expected = "text (a path), an image, or a vector of bytes (an encoded image)";

    // The component cannot see the cache: it is given the data behind it.
    private const string Caches =
        "ML.NET's caches (AppendCacheCheckpoint, Cache) drop columns of MLImage: where one comes before, put it after this component, " +
        "or give the component the column of paths or bytes, which loads the images itself.";

    /// <summary>Throws unless the schema has an image column of this name.</summary>
    public static void Require(SchemaShape schema, string name)
    {
        if (!schema.TryFindColumn(name, out SchemaShape.Column column)) throw Missing(name, [.. schema.Select(c => c.Name)]);
        bool scalar = column.Kind == SchemaShape.Column.VectorKind.Scalar;
        bool readable = scalar ? column.ItemType is TextDataViewType or ImageDataViewType : column.ItemType.Equals(NumberDataViewType.Byte);
        if (column.IsKey || !readable) throw Mismatch(name, column.GetTypeString());
    }

    /// <summary>The image column of this name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or it holds no images.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name) ?? throw Missing(name, [.. schema.Select(c => c.Name)]);
        bool readable = column.Type is TextDataViewType or ImageDataViewType
            || (column.Type is VectorDataViewType vector && vector.ItemType.Equals(NumberDataViewType.Byte));
        return readable ? column : throw Mismatch(name, column.Type.ToString()!);
    }

    /// <summary>Reads a row's image for scoring.</summary>
    public static Func<RowImage> Reader(DataViewRow row, DataViewSchema.Column column, ClipPreprocessor preprocessor)
    {
        if (column.Type is not ImageDataViewType)
        {
            Func<ImageSource> read = SourceReader(row, column);
            return () => new RowImage(read(), null);
        }
        Func<RgbImage> pixels = PixelReader(row, column);
        return () =>
        {
            var preprocessed = new float[3 * preprocessor.Resolution * preprocessor.Resolution];
            preprocessor.Preprocess(pixels(), preprocessed);
            return new RowImage(null, preprocessed);
        };
    }

    /// <summary>Reads a row's image so that it can be decoded later and again: bytes and pixels are copied.</summary>
    public static Func<ImageSource> SourceReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is ImageDataViewType)
        {
            Func<RgbImage> pixels = PixelReader(row, column);
            return () => ImageSource.FromRgb(pixels(), Name(row, column));
        }
        return column.Type is TextDataViewType ? PathReader(row, column) : BytesReader(row, column);
    }

    /// <summary>Decodes and preprocesses a batch.</summary>
    /// <returns>float32 (N, 3, R, R), normalised.</returns>
    public static Tensor Load(IReadOnlyList<RowImage> images, ClipPreprocessor preprocessor)
    {
        if (images[0].Preprocessed is null) return preprocessor.Load([.. images.Select(i => i.Source!)]);
        float[] values = [.. images.SelectMany(i => i.Preprocessed!)];
        return tensor(values, [images.Count, 3, preprocessor.Resolution, preprocessor.Resolution]);
    }

    private static Func<ImageSource> PathReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> path = default;
            getter(ref path);
            return path.Span.IsWhiteSpace() ? throw Empty(row, column) : ImageSource.FromFile(path.ToString());
        };
    }

    private static Func<ImageSource> BytesReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> bytes = default;
        return () =>
        {
            getter(ref bytes);
            return bytes.Length == 0 ? throw Empty(row, column) : ImageSource.FromBytes(bytes.DenseValues().ToArray(), Name(row, column));
        };
    }

    private static Func<RgbImage> PixelReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<MLImage>(column);
        MLImage image = null!; // Stays the property of the row: some sources hand out the same object again.
        return () =>
        {
            getter(ref image);
            return image is null ? throw Empty(row, column) : ToRgb(image);
        };
    }

    // MLImage keeps colours multiplied by alpha; GetBGRPixels divides by it again, as decoding a file to RGB gives them.
    private static RgbImage ToRgb(MLImage image)
    {
        byte[] pixels = image.GetBGRPixels;
        for (int i = 0; i < pixels.Length; i += 3) (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
        return new RgbImage(image.Width, image.Height, pixels);
    }

    private static string Name(DataViewRow row, DataViewSchema.Column column) =>
        string.Create(CultureInfo.InvariantCulture, $"column '{column.Name}' of row {row.Position}");

    private static ImageException Empty(DataViewRow row, DataViewSchema.Column column) =>
        new($"{Name(row, column)}: there is no image. Expected {Expected}; filter such rows out first.");

    private static ArgumentOutOfRangeException Missing(string imageColumnName, string[] columns) => new(
        nameof(imageColumnName),
        $"Schema mismatch: there is no image column '{imageColumnName}' among {string.Join(", ", columns)}; expected {Expected}. {Caches}");

    private static ArgumentOutOfRangeException Mismatch(string imageColumnName, string type) => new(
        nameof(imageColumnName), $"Schema mismatch for image column '{imageColumnName}': expected {Expected}, got {type}. {Caches}");
}
