using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WiseFt.Benchmarks;

/// <summary>A row of the table.</summary>
internal sealed record ReportRow(
    string Name, string Question, string Label, string Target, bool? Met, double Ratio, double Lowest, double Highest,
    double? ByProcessorTime,
    double A, double B, string Unit, int Repetitions, double? LoadAverage);

/// <summary>What was measured, as a table and as JSON.</summary>
internal sealed class Report(Machine machine)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private readonly List<ReportRow> _rows = [];

    public IReadOnlyList<ReportRow> Rows => _rows;

    /// <summary>Adds a result; only the first of a benchmark is held to its target.</summary>
    public void Add(Benchmark benchmark, Measurement m)
    {
        bool first = _rows.TrueForAll(r => r.Name != benchmark.Name);
        _rows.Add(new ReportRow(
            benchmark.Name, benchmark.Question, m.Label, first ? benchmark.Target.ToString() : "",
            first ? benchmark.Target.IsMet(m.Ratio) : null,
            m.Ratio, m.Lowest, m.Highest, m.ByProcessorTime, m.A, m.B, m.Unit, m.Pairs.Count, Machine.Load()));
    }

    /// <summary>A row of the Markdown table.</summary>
    public static string Line(ReportRow r) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {r.Name} | {r.Label} | {Number(r.A)} : {Number(r.B)} {r.Unit} | {r.Ratio:0.000} | {r.Lowest:0.000} to {r.Highest:0.000} | " +
        $"{r.ByProcessorTime:0.000} | {r.Target} | {(r.Met is { } met ? met ? "yes" : "no" : "")} | {r.LoadAverage:0.0} |");

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(new { machine, rows = _rows }, _json));

    public override string ToString()
    {
        var text = new StringBuilder().AppendLine(machine.ToString()).AppendLine()
            .AppendLine("| benchmark | A : B | medians | ratio | spread | by processor time | target | met | load |")
            .AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (ReportRow row in _rows) text.AppendLine(Line(row));
        return text.ToString();
    }

    private static string Number(double value) =>
        value.ToString(value >= 100 ? "0" : value >= 1 ? "0.00" : "0.0000", System.Globalization.CultureInfo.InvariantCulture);
}
