using Microsoft.ML;

namespace WiseFt.ML.Tests;

/// <summary>A few images of four classes of the built-in data, small enough to train on in a second.</summary>
internal static class EmojiImages
{
    public static readonly string[] ClassNames = ["hand", "mammal", "vehicle", "weather"];

    public static string ModelPath => Fixtures.Data("starter-clip");

    public static Row[] Train { get; } = Rows("reference/train", 6);

    public static Row[] Test { get; } = Rows("reference/test", 5);

    public static Row[] Shift { get; } = Rows("shifts/twemoji", 4);

    public static IDataView View<T>(MLContext mlContext, IEnumerable<T> rows)
        where T : class => mlContext.Data.LoadFromEnumerable(rows.ToArray());

    /// <summary>The rows with the label as a key in the order of <see cref="ClassNames"/>.</summary>
    public static IDataView Keyed(MLContext mlContext, Row[] rows)
    {
        IDataView view = View(mlContext, rows);
        return mlContext.Transforms.Conversion.MapValueToKey(
            "Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(view).Transform(view);
    }

    private static Row[] Rows(string folder, int perClass) =>
    [
        .. ClassNames.SelectMany(name => Directory.GetFiles(Fixtures.Data($"emoji-shift/{folder}/{name}"))
            .Order(StringComparer.Ordinal).Take(perClass).Select(path => new Row { ImagePath = path, Label = name })),
    ];

    public sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    public sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
