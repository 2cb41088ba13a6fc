using System.Globalization;
using WiseFt.Models;

namespace WiseFt.Tests;

/// <summary>docs/fidelity.md holds what is measured. To write it anew: WISEFT_WRITE_DOCS=1 dotnet test --filter Fidelity.</summary>
public sealed class FidelityTests
{
    private const string Begin = "<!-- measured: begin -->\n", End = "<!-- measured: end -->";

    private static readonly string _document = Path.Combine(Fixtures.RepositoryRoot, "docs", "fidelity.md");

    [Fact]
    public void Document_Table_HasEveryFixtureWithItsTolerances()
    {
        Row[] measured = [.. GoldenModel.Names.Select(Measure)];
        string text = File.ReadAllText(_document).ReplaceLineEndings("\n");
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = text.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("WISEFT_WRITE_DOCS") == "1")
        {
            text = text[..begin] + Table(measured) + text[end..];
            File.WriteAllText(_document, text);
            end = text.IndexOf(End, StringComparison.Ordinal);
        }
        Row[] documented = [.. text[begin..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(Row.Parse)];
        documented.Select(r => (r.Name, r.Layout)).Should()
            .Equal(measured.Select(r => (r.Name, r.Layout)), "the table is in docs/fidelity.md; write it anew with WISEFT_WRITE_DOCS=1");
        foreach (Row row in measured.Concat(documented))
        {
            // The last digits depend on the machine; the tolerances do not.
            row.Features.Should().BeLessThan(GoldenModel.FeatureTolerance, row.Name);
            row.Logits.Should().BeLessThan(GoldenModel.LogitTolerance, row.Name);
        }
    }

    private static Row Measure(string name)
    {
        using var golden = new GoldenModel(name);
        using ClipModel clip = ClipModel.Load(golden.Folder);
        GoldenModel.Errors errors = golden.Measure(clip);
        return new Row(name, ModelInfo.Read(golden.Folder).Layout, Math.Max(errors.ImageFeatures, errors.TextFeatures), errors.Logits);
    }

    private static string Table(IEnumerable<Row> rows) => string.Create(CultureInfo.InvariantCulture,
        $"| fixture | layout | features, tolerance {GoldenModel.FeatureTolerance:0e0} | logits, " +
        $"tolerance {GoldenModel.LogitTolerance:0e0} |\n| --- | --- | --- | --- |\n{string.Concat(rows)}");

    /// <summary>The largest absolute errors of one fixture.</summary>
    private sealed record Row(string Name, string Layout, double Features, double Logits)
    {
        public static Row Parse(string line)
        {
            string[] cells = [.. line.Trim('|').Split('|').Select(c => c.Trim(' ', '`'))];
            return new Row(
                cells[0], cells[1], double.Parse(cells[2], CultureInfo.InvariantCulture),
                double.Parse(cells[3], CultureInfo.InvariantCulture));
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"| `{Name}` | {Layout} | {UpperBound(Features):0e0} | {UpperBound(Logits):0e0} |\n");

        // One significant digit, rounded up.
        private static double UpperBound(double error)
        {
            if (error == 0) return 0;
            double unit = Math.Pow(10, Math.Floor(Math.Log10(error)));
            return Math.Ceiling(error / unit) * unit;
        }
    }
}
