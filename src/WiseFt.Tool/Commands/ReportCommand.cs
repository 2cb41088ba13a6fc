using System.CommandLine;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary><c>wiseft report</c>: tables and figures again, without running a model.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        Option<string> results = new("--results")
        {
            Description = "The results.jsonl of `wiseft sweep --output`, its folder, or the reference implementation's.",
            Required = true,
            HelpName = "results.jsonl",
        };
        Option<string> output = new("--output")
        {
            Description = "Folder for report.md, report.html and the figures.",
            Required = true,
            HelpName = "REPORT",
        };
        Option<string?> reference = new("--reference")
        {
            Description = "Which data set of the results is the reference distribution (default: reference, ImageNet, or the first).",
            HelpName = "NAME",
        };
        OptionSet<ReportOptions> pages = ReportPages.Flags();
        var command = new ToolCommand(
            "report", "Tables and figures of the latest run in a file of results, without running a model.",
            "wiseft report --results report/results.jsonl --output report-logit --axes logit",
            "The statistics need the predictions.jsonl that lies beside the results. " +
            "Results of the reference implementation give the tables and figures of accuracies.")
        {
            results, output, reference, pages,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                ReportPages.ResultsOf(parsed.GetRequiredValue(results)),
                Path.GetFullPath(ReportPages.RequireOwn(output.Name, parsed.GetRequiredValue(output))), parsed.GetValue(reference),
                pages.Read(parsed)),
            cancel));
        return command;
    }

    private static int Run(string results, string output, string? reference, ReportOptions options)
    {
        RobustnessReport report = RobustnessReportFiles.Load(results, reference).WithReferenceName(options.ReferenceName);
        options = ReportPages.Again(options, results);
        Destination.Into(output, () =>
        {
            report.SavePages(output, options);
            return 0;
        });
        ReportTable.Print(
            report, new AlphaDecision(options.IsAlphaChosenHere ? AlphaDecision.Validation : AlphaDecision.Fixed, options.Alpha), options);
        if (!report.HasPredictions)
            Output.Remark("No predictions.jsonl of this run lies beside the results: the statistics that need predictions are left out.");
        Output.Remark($"The report is in {Path.Combine(output, "report.html")}.");
        return 0;
    }
}
