using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML.Tests;

public sealed class ComponentRowTests(ComponentModels models) : IClassFixture<ComponentModels>
{
    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void Cursor_OverAnyColumns_GivesTheRowsOfAll(string component, string kind)
    {
        IDataView scored = models.Model(component, kind).Transform(models.Data(kind));
        List<RowContent> expected = RowContent.Read(scored), again = RowContent.Read(scored);
        DataViewSchema.Column[] visible = [.. scored.Schema.Where(c => !c.IsHidden)];
        string[] inputs = [.. visible.Where(c => !Added(c)).Select(c => c.Name)];

        Same(again, expected);
        foreach (DataViewSchema.Column column in visible) Same(RowContent.Read(scored, column.Name), expected);
        Same(RowContent.Read(scored, inputs), expected);
        using DataViewRowCursor none = scored.GetRowCursor([]);
        RowContent.Read(none, []).Select(r => r.Id).Should().Equal(expected.Select(r => r.Id));
        visible.Should().OnlyContain(c => !none.IsColumnActive(c));
    }

    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void Cursor_BeforeAndAfterTheRows_IsAtNoValue(string component, string kind)
    {
        IDataView scored = models.Model(component, kind).Transform(models.Data(kind));
        DataViewSchema.Column[] added = [.. scored.Schema.Where(Added)];
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        Func<object>[] cells = [.. added.Append(scored.Schema["Number"]).Select(c => RowContent.Cell(cursor, c))];

        IsAtNoValue(cursor, cells);
        while (cursor.MoveNext()) cursor.Position.Should().BeGreaterThanOrEqualTo(0);
        IsAtNoValue(cursor, cells);
    }

    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void Cursors_OfASetOrShuffled_GiveTheSameRows(string component, string kind)
    {
        IDataView data = kind == "image" ? models.Data(kind) : models.Context.Data.Cache(models.Data(kind));
        IDataView scored = models.Model(component, kind).Transform(data);
        DataViewSchema.Column[] visible = [.. scored.Schema.Where(c => !c.IsHidden)];
        var expected = RowContent.Read(scored).ToDictionary(r => r.Id);
        var set = new List<RowContent>();

        foreach (DataViewRowCursor cursor in scored.GetRowCursorSet(visible, 3))
            using (cursor) set.AddRange(RowContent.Read(cursor, visible));
        using DataViewRowCursor shuffled = scored.GetRowCursor(visible, new Random(3));
        List<RowContent> inAnyOrder = RowContent.Read(shuffled, visible);

        scored.CanShuffle.Should().Be(data.CanShuffle);
        foreach (List<RowContent> rows in new[] { set, inAnyOrder })
        {
            rows.Select(r => r.Id).Should().BeEquivalentTo(expected.Keys);
            foreach (RowContent row in rows) row.Should(expected[row.Id]);
        }
        if (kind != "image") inAnyOrder.Select(r => r.Id).Should().NotEqual(expected.Keys);
    }

    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void Rows_OfTheMapper_AreTheCursors(string component, string kind)
    {
        IDataView data = models.Data(kind);
        ITransformer model = models.Model(component, kind);
        List<RowContent> expected = RowContent.Read(model.Transform(data));
        IRowToRowMapper mapper = model.GetRowToRowMapper(data.Schema);
        DataViewSchema.Column[] visible = [.. mapper.OutputSchema.Where(c => !c.IsHidden)];
        using DataViewRowCursor cursor = data.GetRowCursor(mapper.GetDependencies(visible));
        using DataViewRow row = mapper.GetRow(cursor, visible);
        Func<RowContent> read = RowContent.Reader(row, visible);
        var rows = new List<RowContent>();

        while (cursor.MoveNext())
        {
            row.Position.Should().Be(cursor.Position);
            rows.Add(read());
        }

        Same(rows, expected);
    }

    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void Row_OfTheMapperBeforeAndAfterTheRows_IsAtNoValue(string component, string kind)
    {
        IDataView data = models.Data(kind);
        IRowToRowMapper mapper = models.Model(component, kind).GetRowToRowMapper(data.Schema);
        using DataViewRowCursor cursor = data.GetRowCursor(data.Schema);
        using DataViewRow row = mapper.GetRow(cursor, mapper.OutputSchema);
        Func<object>[] cells = [.. mapper.OutputSchema.Where(Added).Select(c => RowContent.Cell(row, c))];

        IsAtNoValue(row, cells);
        while (cursor.MoveNext())
            foreach (Func<object> cell in cells) cell();
        IsAtNoValue(row, cells);
    }

    private static bool Added(DataViewSchema.Column column) => column.Name is "Score" or "PredictedLabel" or "Features";

    private static void IsAtNoValue(DataViewRow row, Func<object>[] cells)
    {
        row.Position.Should().Be(-1);
        foreach (Func<object> cell in cells) cell.Should().Throw<InvalidOperationException>();
    }

    private static void Same(List<RowContent> rows, List<RowContent> expected)
    {
        rows.Should().HaveSameCount(expected);
        for (int i = 0; i < rows.Count; i++) rows[i].Should(expected[i]);
    }
}
