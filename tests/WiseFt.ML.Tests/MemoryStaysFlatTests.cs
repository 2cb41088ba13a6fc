using System.Globalization;
using Microsoft.ML;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>What a service does all day leaves the memory where it was. Alone, because memory is the process's.</summary>
[Collection(nameof(NativeMemoryTests))]
public sealed class MemoryStaysFlatTests(FittedMixture fitted) : IClassFixture<FittedMixture>
{
    private const double MostGrowth = 0.02;

    // A leak shows in a quarter of the rounds too; the whole takes half a minute.
    private static readonly int _share = MeasuredTable.IsWritten ? 1 : 4;

    private readonly IDataView _train = EmojiImages.Keyed(fitted.Context, [.. EmojiImages.Train.Where((_, i) => i % 6 < 2)]);

    [Fact]
    [Fault("memory that is not given back", "predictions, fits, cursors left half-way, failed loads", "flat within 2 %")]
    public void ThousandPredictions_FiftyFits_200AbandonedCursors_200FailedLoads_LeaveTheMemoryWhereItWas()
    {
        using var engine = fitted.Context.Model.CreatePredictionEngine<EmojiImages.Row, EmojiImages.Prediction>(
            fitted.Model, new PredictionEngineOptions { OwnsTransformer = false });
        byte[] damaged = Damaged();
        Growth[] all =
        [
            Watch("predictions", 1_000, i => engine.Predict(EmojiImages.Test[i % EmojiImages.Test.Length])),
            Watch("fits", 50, _ => Fit()),
            Watch("cursors abandoned half-way", 200, _ => Abandon()),
            Watch("failed loads", 200, _ => FailToLoad(damaged)),
        ];

        FaultAttribute.Provoked(all.Sum(g => g.Times));
        new MeasuredTable("reliability.md", "memory").Write(
            ["what", "times", "bytes in use before", "after", "growth, % of the process's memory"],
            all.Select(g =>
                (string[])[g.What, Text(g.Times), Text(g.Before), Text(g.After), g.Share.ToString("0.00%", CultureInfo.InvariantCulture)]));
        all.Should().OnlyContain(g => g.Share < MostGrowth);
    }

    private static Growth Watch(string what, int rounds, Action<int> work)
    {
        int times = rounds / _share;
        for (int i = 0; i < 3 + times / 10; i++) work(i); // what is allocated once, and what caches keep
        long resident = NativeHeap.Resident(), before = NativeHeap.InUse();
        for (int i = 0; i < times; i++) work(i);
        return new Growth(what, times, before, NativeHeap.InUse(), resident);
    }

    private void Fit() => fitted.Context.Transforms.WiseFt(fitted.Options with
    {
        Training = fitted.Options.Training with { Mode = FineTuningMode.LinearClassifier, Epochs = 1 },
        Progress = null,
    }).Fit(_train).Dispose();

    private void Abandon()
    {
        IDataView scored = fitted.Model.Transform(fitted.Test);
        DataViewSchema.Column score = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([score]);
        var getter = cursor.GetGetter<Microsoft.ML.Data.VBuffer<float>>(score);
        Microsoft.ML.Data.VBuffer<float> value = default;
        cursor.MoveNext().Should().BeTrue();
        getter(ref value);
    }

    private static void FailToLoad(byte[] damaged) =>
        new MLContext().Model.Invoking(m => m.Load(new MemoryStream(damaged), out _)).Should().Throw<Exception>();

    /// <summary>A saved model whose fine-tuned weights, which come last, have one wrong bit: the others are loaded by then.</summary>
    private byte[] Damaged()
    {
        using var stream = new MemoryStream();
        using (WiseFtTransformer mixture = fitted.Mixture.WithAlpha(0.5)) fitted.Context.Model.Save(mixture, null, stream);
        DamagedModelTests.Rewrite(stream, "FineTuned.safetensors", bytes => bytes[^100] ^= 1);
        return stream.ToArray();
    }

    private static string Text(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private sealed record Growth(string What, int Times, long Before, long After, long Resident)
    {
        public double Share => (After - Before) / (double)Resident;
    }
}
