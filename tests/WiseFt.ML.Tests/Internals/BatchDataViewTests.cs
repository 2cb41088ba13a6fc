using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class BatchDataViewTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly FakeComputation _fake = new();

    [Theory, InlineData(0), InlineData(1), InlineData(4), InlineData(11)]
    public void Cursor_AnyNumberOfRows_KeepsOrderAndPairsScoresWithRows(int count)
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, count));

        var rows = _mlContext.Data.CreateEnumerable<FakeComputation.Scored>(scored, reuseRowObject: false).ToArray();

        rows.Select(r => r.Value).Should().Equal(Enumerable.Range(0, count));
        rows.All(r => r.Name == $"row {r.Value}" && r.Score.SequenceEqual([r.Value, 10 * r.Value, -r.Value])).Should().BeTrue();
        rows.Skip(1).All(r => r.PredictedLabel == 2).Should().BeTrue();
        _fake.Batches.Should().HaveCount((count + FakeComputation.BatchSize - 1) / FakeComputation.BatchSize);
    }

    [Fact]
    public void Cursor_WithoutAnAddedColumn_ComputesNothing()
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, 9));

        scored.GetColumn<string>("Name").Should().HaveCount(9);

        _fake.Batches.Should().BeEmpty();
    }

    [Fact]
    public void Cursor_WhereRowsAreSkipped_ComputesOnlyTheBatchesAskedFor()
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, 20));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;

        for (int i = 0; i <= 10; i++) cursor.MoveNext().Should().BeTrue();
        getter(ref score);

        score.DenseValues().Should().Equal(10f, 100f, -10f);
        _fake.Batches.Should().ContainSingle().Which.Should().Equal(8, 9, 10, 11);
    }

    [Fact]
    public void Cursor_AfterTheLastRow_StaysAtTheEnd()
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, 1));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);

        cursor.Position.Should().Be(-1);
        cursor.MoveNext().Should().BeTrue();
        cursor.Position.Should().Be(0);
        cursor.MoveNext().Should().BeFalse();
        cursor.MoveNext().Should().BeFalse();
        cursor.Position.Should().Be(-1);
    }

    [Fact]
    public void Getter_OfAnInactiveColumnOrWrongType_Refuses()
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, 1));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);

        cursor.Invoking(c => c.GetGetter<uint>(scored.Schema["PredictedLabel"]))
            .Should().Throw<ArgumentException>().WithMessage("*not active*");
        cursor.Invoking(c => c.GetGetter<float>(scored.Schema["Score"]))
            .Should().Throw<InvalidOperationException>().WithMessage("*Vector<Single, 3>*");
        cursor.IsColumnActive(scored.Schema["Name"]).Should().BeFalse();
    }

    [Fact]
    public void Getter_OfABatchThatFails_FailsForItsRowsAloneAndComputesOnce()
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, 12), failAt: 5);
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;

        for (int i = 0; i < 12; i++)
        {
            cursor.MoveNext();
            if (i is >= 4 and < 8) FluentActions.Invoking(() => getter(ref score)).Should().Throw<InvalidDataException>();
            else
            {
                getter(ref score);
                score.GetItemOrDefault(0).Should().Be(i);
            }
        }
        _fake.Batches.Should().HaveCount(3);
    }

    [Fact]
    public void Cursors_OnSeveralThreadsAtOnce_AllSeeTheirRows()
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, 50));

        float[][] firsts = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8)
            .Select(_ => scored.GetColumn<float[]>("Score").Select(s => s[1]).ToArray())];

        firsts.Should().OnlyContain(f => f.SequenceEqual(Enumerable.Range(0, 50).Select(i => 10f * i)));
    }

    [Fact]
    public void Cursor_UnderAParallelTransform_KeepsOrder()
    {
        IDataView scored = _fake.Apply(FakeComputation.Rows(_mlContext, 300));
        var estimator = _mlContext.Transforms.CopyColumns("Copy", "Score").Append(_mlContext.Transforms.NormalizeLpNorm("Copy"));

        estimator.Fit(scored).Transform(scored).GetColumn<int>("Value").Should().Equal(Enumerable.Range(0, 300));
    }

    [Fact]
    public void Cursor_OverDataThatCanBeReadOnce_PairsScoresWithRows()
    {
        var queue = new Queue<FakeComputation.Row>(
            Enumerable.Range(0, 10).Select(i => new FakeComputation.Row { Value = i, Name = $"row {i}" }));
        IDataView scored = _fake.Apply(_mlContext.Data.LoadFromEnumerable(Drain(queue)));

        var rows = _mlContext.Data.CreateEnumerable<FakeComputation.Scored>(scored, reuseRowObject: false).ToArray();

        rows.Select(r => r.Score[0]).Should().Equal(Enumerable.Range(0, 10).Select(i => (float)i));
        rows.Should().OnlyContain(r => r.Name == $"row {r.Score[0]}");

        static IEnumerable<FakeComputation.Row> Drain(Queue<FakeComputation.Row> queue)
        {
            while (queue.TryDequeue(out var row)) yield return row;
        }
    }

    [Fact]
    public void Cursor_Shuffled_PairsScoresWithRows()
    {
        IDataView scored = _fake.Apply(_mlContext.Data.Cache(FakeComputation.Rows(_mlContext, 40)));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema, new Random(3));
        var score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        var value = cursor.GetGetter<int>(scored.Schema["Value"]);
        var id = cursor.GetIdGetter();
        var seen = new List<int>();

        scored.CanShuffle.Should().BeTrue();
        while (cursor.MoveNext())
        {
            VBuffer<float> scores = default;
            int row = 0;
            DataViewRowId rowId = default;
            score(ref scores);
            value(ref row);
            id(ref rowId);
            scores.GetItemOrDefault(1).Should().Be(10 * row);
            rowId.Low.Should().Be((ulong)row);
            seen.Add(row);
        }

        seen.Should().NotBeInAscendingOrder().And.BeEquivalentTo(Enumerable.Range(0, 40));
    }

    [Fact]
    public void Cursor_WithImagesPassedThrough_GivesEachRowItsOwn()
    {
        ImageRow[] data = [.. Enumerable.Range(0, 6)
            .Select(i => new ImageRow { Value = i, Image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, [(byte)i, 0, 0, 255]) })];
        IDataView scored = _fake.Apply(_mlContext.Data.LoadFromEnumerable(data));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        var image = cursor.GetGetter<MLImage>(scored.Schema["Image"]);
        var reds = new List<byte>();

        while (cursor.MoveNext())
            for (int twice = 0; twice < 2; twice++)
            {
                MLImage read = null!;
                image(ref read);
                reds.Add(read.Pixels[0]);
                read.Dispose();
            }

        reds.Should().Equal(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5);
        data.Should().OnlyContain(d => d.Image.Width == 1, "the caller's images are left alone");
    }

    [Fact]
    public void Schema_WithAColumnOfTheSameName_HidesTheOlder()
    {
        IDataView once = _fake.Apply(FakeComputation.Rows(_mlContext, 2));
        IDataView twice = new FakeComputation().Apply(once);

        twice.Schema.Count.Should().Be(once.Schema.Count + 2);
        twice.Schema["Score"].Index.Should().Be(once.Schema.Count);
        twice.Preview().RowView.Should().HaveCount(2);
    }

    [Fact]
    public void Row_AskedTwice_IsComputedOnce()
    {
        IDataView data = FakeComputation.Rows(_mlContext, 3);
        BatchMapper<int> mapper = _fake.Mapper(data.Schema);
        using DataViewRowCursor cursor = data.GetRowCursor(data.Schema);
        using DataViewRow row = mapper.GetRow(cursor, mapper.OutputSchema);
        var score = row.GetGetter<VBuffer<float>>(mapper.OutputSchema["Score"]);
        var predicted = row.GetGetter<uint>(mapper.OutputSchema["PredictedLabel"]);
        var values = new List<float>();

        while (cursor.MoveNext())
        {
            VBuffer<float> buffer = default;
            uint label = 0;
            score(ref buffer);
            predicted(ref label);
            score(ref buffer);
            values.Add(buffer.GetItemOrDefault(1));
        }

        values.Should().Equal(0f, 10f, 20f);
        _fake.Batches.Select(b => b.Length).Should().Equal(1, 1, 1);
    }

    [Fact]
    public void Dependencies_OfAnAddedColumn_AreItsSourceAlone()
    {
        BatchMapper<int> mapper = _fake.Mapper(FakeComputation.Rows(_mlContext, 1).Schema);

        mapper.GetDependencies([mapper.OutputSchema["Score"]]).Select(c => c.Name).Should().Equal("Value");
        mapper.GetDependencies([mapper.OutputSchema["Name"]]).Select(c => c.Name).Should().Equal("Name");
    }

    private sealed class ImageRow
    {
        public int Value { get; set; }

        [Microsoft.ML.Transforms.Image.ImageType(1, 1)]
        public MLImage Image { get; set; } = null!;
    }
}
