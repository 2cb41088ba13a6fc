using System.Globalization;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>How `sweep` and `report` draw their pages.</summary>
internal static class ReportPages
{
    private const string BaselineFlag = "--baseline", CompareFlag = "--compare", DecidedAlpha = "decided_alpha", DecidedBy = "decided_by";

    private static readonly string[] _pageNames = ["report.html", "report.md"];

    /// <summary>The flags of <see cref="ReportOptions"/>.</summary>
    public static OptionSet<ReportOptions> Flags() => new OptionSet<ReportOptions>(new())
        .Text(
            "--reference-name", "What the report calls the reference distribution, such as ImageNet (default: reference).", "NAME",
            (pages, name) => pages with { ReferenceName = name })
        .Texts(
            BaselineFlag, $"Effective robustness of a shift against ImageNet's baseline, as NAME=BASELINE: {BaselineNames()}.",
            "NAME=BASELINE", (pages, texts) => pages with { Baselines = ReadBaselines(texts) })
        .Texts(
            CompareFlag, "Another way of merging to show beside this one, as NAME=REPORT: the folder or results.jsonl of a report on the " +
            "same test sets; may be given several times.",
            "NAME=REPORT", (pages, texts) => pages with { Compared = ReadCompared(texts) })
        .Choice(
            "--axes", "Axes of the figures of shift against reference.", pages => pages.Axes, (pages, axes) => pages with { Axes = axes },
            ("linear", (AccuracyScale?)null), ("logit", AccuracyScale.Logit), ("probit", AccuracyScale.Probit));

    /// <summary>The pages' options with what only the run knows.</summary>
    /// <param name="pages">What the flags say.</param>
    /// <param name="choice">The alpha that was decided on.</param>
    /// <param name="words">The command line; empty where it does not tell how the results came about.</param>
    /// <param name="training">How the model was trained, in words; null where that is not known.</param>
    /// <param name="arguments">What the results were made with, by name.</param>
    public static ReportOptions Complete(
        ReportOptions pages, AlphaDecision choice, IReadOnlyList<string> words, string? training,
        params (string Name, string Value)[] arguments) => pages with
        {
            Alpha = choice.Alpha,
            IsAlphaChosenHere = choice.Rule == AlphaDecision.Validation,
            Arguments = arguments
                .Append((Name: DecidedAlpha, Value: choice.Alpha.ToString(CultureInfo.InvariantCulture)))
                .Append((Name: DecidedBy, Value: choice.Rule))
                .Append((Name: "training", Value: training ?? "")).Where(a => a.Value.Length > 0)
                .ToDictionary(a => a.Name, a => a.Value),
            Provenance = [KeyValuePair.Create("Command line", ShellWords.Again(words))],
        };

    /// <summary>The pages' options with what a file of results says of its run.</summary>
    /// <param name="pages">What the flags say.</param>
    /// <param name="results">The file.</param>
    public static ReportOptions Again(ReportOptions pages, string results)
    {
        IReadOnlyList<KeyValuePair<string, string>> provenance = RobustnessReportFiles.LoadProvenance(results);
        string? alpha = provenance.FirstOrDefault(p => p.Key == DecidedAlpha).Value;
        return pages with
        {
            Alpha = double.TryParse(alpha, CultureInfo.InvariantCulture, out double decided) ? decided : pages.Alpha,
            IsAlphaChosenHere = provenance.Any(p => p is { Key: DecidedBy, Value: AlphaDecision.Validation }),
            Provenance = provenance,
        };
    }

    /// <summary>The file of results that a path means: itself, or the one in the folder that a sweep wrote.</summary>
    public static string ResultsOf(string path) =>
        Path.GetFullPath(Directory.Exists(path) ? Path.Combine(path, RobustnessReportFiles.ResultsName) : path);

    /// <summary>Refuses a folder whose pages are somebody else's, which a report would replace.</summary>
    /// <exception cref="IOException">It has such pages.</exception>
    public static string RequireOwn(string flag, string folder)
    {
        bool isOurs = File.Exists(Path.Combine(folder, RobustnessReportFiles.ResultsName))
            || File.Exists(Path.Combine(folder, RobustnessReportFiles.FiguresName));
        string? foreign = isOurs ? null : _pageNames.FirstOrDefault(page => File.Exists(Path.Combine(folder, page)));
        return foreign is null ? folder : throw new IOException(
            $"{flag} {folder} has a {foreign} that is no report of wiseft; choose another folder.");
    }

    private static ComparedMethod[] ReadCompared(string[] texts) =>
        [.. SharedOptions.Named(CompareFlag, texts, "NAME=REPORT, for example ties=report-ties")
            .Select(c => Compared(c.Name, ResultsOf(c.Value)))];

    private static ComparedMethod Compared(string name, string results) =>
        new(name, RobustnessReportFiles.Load(results), Again(new ReportOptions(), results).Alpha);

    private static string BaselineNames() => string.Join(
        ", ", ImageNetBaselines.All.Where(b => b.Reference == ImageNetBaselines.AllClasses).Select(b => b.Shift).Distinct());

    private static Dictionary<string, BaselineFit> ReadBaselines(string[] texts) => SharedOptions
        .Named(BaselineFlag, texts, "NAME=BASELINE, for example sketch=imagenet-sketch")
        .ToDictionary(b => b.Name, b => Find(b.Value), StringComparer.Ordinal);

    private static BaselineFit Find(string name)
    {
        try
        {
            return ImageNetBaselines.Find(name);
        }
        catch (ArgumentException e)
        {
            throw UsageException.Of(BaselineFlag, e);
        }
    }
}
