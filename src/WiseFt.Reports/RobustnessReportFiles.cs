using WiseFt.Evaluation;
using WiseFt.Reports;

namespace WiseFt;

/// <summary>Robustness reports as files: tables, figures, pages, and the results they are made of.</summary>
public static class RobustnessReportFiles
{
    /// <summary>The file of results, a row an evaluation, to which every saving appends.</summary>
    public const string ResultsName = "results.jsonl";

    /// <summary>The file that lists the figures of the latest pages.</summary>
    internal const string FiguresName = FigureFiles.ListName;

    /// <summary>The file of the latest run's per-image predictions.</summary>
    public const string PredictionsName = PredictionsFile.Name;

    /// <summary>Writes results.jsonl, predictions.jsonl, report.md, report.html, and every figure as PNG and SVG.</summary>
    /// <param name="report">The report.</param>
    /// <param name="folder">Where to; created if missing. results.jsonl grows, the other files are replaced.
    /// Figures of an earlier report there that are unchanged and not of this one go.</param>
    /// <param name="options">Names, baselines, axes; null for the defaults.</param>
    /// <exception cref="ArgumentException">A name or a baseline of the options does not fit the report.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(this RobustnessReport report, string folder, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        Check.NotBlank(folder);
        options ??= new ReportOptions();
        RobustnessReport named = report.WithReferenceName(options.ReferenceName);
        ReportContent content = Content(named, options);
        var run = Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(folder);
        content.WriteTo(folder);
        if (named.HasPredictions) PredictionsFile.Write(Path.Combine(folder, PredictionsName), named, run);
        ResultsFile.Append(Path.Combine(folder, ResultsName), named, content.Statistics, options, run);
    }

    /// <summary>Writes report.md, report.html and the figures alone, for results that are on disk already.</summary>
    /// <param name="report">The report, such as <see cref="Load"/> returns it.</param>
    /// <param name="folder">Where to; created if missing.</param>
    /// <param name="options">Names, baselines, axes; null for the defaults.</param>
    /// <exception cref="ArgumentException">A name or a baseline of the options does not fit the report.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void SavePages(this RobustnessReport report, string folder, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        Check.NotBlank(folder);
        options ??= new ReportOptions();
        ReportContent content = Content(report.WithReferenceName(options.ReferenceName), options);
        Directory.CreateDirectory(folder);
        content.WriteTo(folder);
    }

    /// <summary>Reads the latest run of a file of results, without running a model.</summary>
    /// <param name="path">A results.jsonl, this library's or the reference implementation's.</param>
    /// <param name="reference">The name of the reference distribution; null to take the first of the row's data sets.</param>
    /// <returns>
    /// With every prediction where a predictions.jsonl of the same run lies beside it; else with the accuracies alone, and then without the
    /// statistics that need predictions.
    /// </returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or has no evaluation at a mixing coefficient.</exception>
    /// <remarks>Rows of the reference implementation (mlfoundations/wise-ft src/models/eval.py) name no run:
    /// the last row of each alpha counts.</remarks>
    public static RobustnessReport Load(string path, string? reference = null) => ResultsReader.Load(Check.NotBlank(path), reference);

    /// <summary>Reads when the latest run of a file of results was measured and what it was made with, for the pages.</summary>
    /// <param name="path">A results.jsonl, this library's or the reference implementation's.</param>
    /// <returns>"Measured", the time in UTC, and what <see cref="ReportOptions.Arguments"/> was;
    /// for <see cref="ReportOptions.Provenance"/>.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or has no evaluation at a mixing coefficient.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> LoadProvenance(string path) => ResultsReader.Provenance(Check.NotBlank(path));

    /// <summary>What the pages show of a report.</summary>
    internal static ReportContent Content(RobustnessReport report, ReportOptions options)
    {
        Verdict? verdict = Verdict.Measure(report, options.Alpha, options.IsAlphaChosenHere);
        RobustnessStatistics statistics = RobustnessStatistics.Measure(report, options.Baselines, verdict?.Alpha ?? options.Alpha);
        return new ReportContent
        {
            Statistics = statistics,
            Title = options.Title,
            Summary = verdict?.Sentences ?? [ReportSummary.Sentence(report, statistics)],
            Lead = FigureSet.Lead(report, statistics, options),
            Provenance = Provenance.Of(report, options),
            Sections = ReportSections.Create(report, statistics, verdict, options),
        };
    }
}
