using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>A row computation without a model: from an integer v the numbers v, 10 v and -v. Records the batches it is asked for.</summary>
internal sealed class FakeComputation
{
    public const int BatchSize = 4;

    public ConcurrentQueue<int[]> Batches { get; } = [];

    public IDataView Apply(IDataView data, int? failAt = null) => new BatchDataView<int>(data, Mapper(data.Schema, failAt));

    public BatchMapper<int> Mapper(DataViewSchema schema, int? failAt = null)
    {
        var source = schema["Value"];
        var labels = LabelKeys.FromNames(["low", "high", "negative"]);
        return new BatchMapper<int>(schema, new RowComputation<int>(
            new MLContext(),
            "Faking",
            source,
            [
                OutputColumn.Vector("Score", 3, AnnotationKinds.OfScore(labels, 1)),
                OutputColumn.Largest("PredictedLabel", labels.KeyType, AnnotationKinds.OfPredictedLabel(labels, 1)),
            ],
            row => Reader(row, source),
            items => Compute(items, failAt),
            BatchSize));
    }

    public static IDataView Rows(MLContext mlContext, int count) =>
        mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Row { Value = i, Name = $"row {i}" }).ToArray());

    private static Func<int> Reader(DataViewRow row, DataViewSchema.Column source)
    {
        var getter = row.GetGetter<int>(row.Schema[source.Name]);
        return () =>
        {
            int value = 0;
            getter(ref value);
            return value;
        };
    }

    private float[] Compute(IReadOnlyList<int> items, int? failAt)
    {
        Batches.Enqueue([.. items]);
        if (failAt is { } bad && items.Contains(bad)) throw new InvalidDataException($"row {bad} is bad");
        return [.. items.SelectMany(v => new float[] { v, 10 * v, -v })];
    }

    public sealed class Row
    {
        public int Value { get; set; }

        public string Name { get; set; } = "";
    }

    public sealed class Scored
    {
        public int Value { get; set; }

        public string Name { get; set; } = "";

        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }
}
