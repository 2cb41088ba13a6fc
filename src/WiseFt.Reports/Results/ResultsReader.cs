using System.Collections.Immutable;
using System.Text.Json;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Reads the latest run of a results.jsonl, this library's or the reference implementation's.</summary>
internal static class ResultsReader
{
    private const string Metric = ":top1";

    public static RobustnessReport Load(string path, string? reference)
    {
        ResultRow[] rows = ReadAll(path);
        string? run = Latest(path, rows).Run;
        RobustnessReport report = FromPredictions(path, run) ?? FromRows(path, [.. rows.Where(r => r.Run == run)], reference);
        return WithReference(path, report, reference);
    }

    /// <summary>When the latest run was measured, and with what arguments.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Provenance(string path) =>
        [.. Latest(path, ReadAll(path)).Texts.Select(t => t.Key == "time" ? KeyValuePair.Create("Measured", t.Value) : t)];

    private static ResultRow[] ReadAll(string path) => File.Exists(path)
        ? [.. ResultRow.ReadAll(path)]
        : throw new FileNotFoundException(
            $"There is no file of results {path}. Expected a results.jsonl that `wiseft sweep --output` or the reference " +
            "implementation wrote.", path);

    private static ResultRow Latest(string path, ResultRow[] rows) => Array.FindLast(rows, r => r.Alpha is not null)
        ?? throw new InvalidDataException(
            $"{path}: {rows.Length} rows, none with a number as alpha and a \"<data set>{Metric}\". " +
            "Expected the results of an alpha sweep.");

    private static RobustnessReport? FromPredictions(string path, string? run)
    {
        string predictions = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, PredictionsFile.Name);
        return run is not null && File.Exists(predictions) ? PredictionsFile.Read(predictions, run) : null;
    }

    private static RobustnessReport FromRows(string path, ResultRow[] rows, string? reference)
    {
        ResultRow[] mixtures = [.. Latest(rows, ResultsFile.WeightSpace)];
        ResultRow first = mixtures[0];
        string[] names = [.. first.Names.Where(name => mixtures.All(r => r.Accuracies.ContainsKey(name)))];
        if (names.Length == 0)
            throw new InvalidDataException(
                $"{path}: no data set has a {Metric} in every row of the run; expected the same data sets at each alpha.");
        string? chosen = reference ?? Array.Find(names, n => n is RobustnessReport.ReferenceName or "ImageNet");
        if (chosen is not null && names.Contains(chosen, StringComparer.Ordinal)) names = [chosen, .. names.Where(n => n != chosen)];
        return new RobustnessReport
        {
            Sets = [.. names.Select(n => new EvaluatedSet(n, [], []) { Count = mixtures.Min(r => r.Counts.GetValueOrDefault(n)) })],
            ClassNames = [],
            Results = Rows(mixtures, names),
            OutputEnsembles = [.. Enum.GetValues<OutputEnsemble>()
                .Select(kind => new EnsembleCurve(kind, Rows(Latest(rows, ResultsFile.NameOf(kind)), names)))
                .Where(c => !c.Results.IsEmpty)],
        };
    }

    /// <summary>The last row of each alpha, ascending.</summary>
    private static IEnumerable<ResultRow> Latest(ResultRow[] rows, string ensemble) => rows
        .Where(r => r.Ensemble == ensemble && (r.Alpha ?? r.EnsembleAlpha) is not null)
        .GroupBy(r => (r.Alpha ?? r.EnsembleAlpha)!.Value).OrderBy(g => g.Key).Select(g => g.Last());

    private static ImmutableArray<AlphaResult> Rows(IEnumerable<ResultRow> rows, string[] names) =>
        [.. rows.Select(r => new AlphaResult((r.Alpha ?? r.EnsembleAlpha)!.Value, [.. names.Select(n => r.Accuracies[n])]))];

    private static RobustnessReport WithReference(string path, RobustnessReport report, string? reference)
    {
        if (reference is null || report.Sets[0].Name == reference) return report;
        throw new InvalidDataException(
            $"{path}: the reference distribution is to be '{reference}', and the run's data sets are " +
            $"{string.Join(", ", report.Sets.Select(s => s.Name))}, of which '{report.Sets[0].Name}' is the reference.");
    }
}
