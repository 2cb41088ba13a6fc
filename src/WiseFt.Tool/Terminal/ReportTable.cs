using System.Globalization;
using Spectre.Console;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>The robustness report as a table for people.</summary>
internal static class ReportTable
{
    /// <summary>Prints the paper's table: reference, each shift, their average, the average of both; the best alpha marked.</summary>
    public static void Print(RobustnessReport report)
    {
        bool hasShifts = report.Sets.Length > 1;
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("alpha").RightAligned());
        foreach (EvaluatedSet set in report.Sets) table.AddColumn(new TableColumn(Markup.Escape(set.Name)).RightAligned());
        if (hasShifts)
            table.AddColumn(new TableColumn("avg shifts").RightAligned()).AddColumn(new TableColumn("avg ref+shifts").RightAligned());
        foreach (AlphaResult row in report.Results) table.AddRow(Cells(row, row.Alpha == report.Best.Alpha, hasShifts));
        IAnsiConsole console = AnsiConsole.Console;
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 400; // a pipe has no width to fit
        console.Write(table);
        Console.Out.WriteLine("Top-1 accuracy in percent. * best average over reference and shifts (chosen on these test sets).");
        if (report.HasPredictions && report.Sets.Any(s => !s.Groupings.IsEmpty)) PrintWorstGroups(report, console);
    }

    private static void PrintWorstGroups(RobustnessReport report, IAnsiConsole console)
    {
        var groupings = report.Sets.SelectMany((set, s) => set.Groupings.Select(g => (Set: set, Place: s, Groups: g))).ToArray();
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("alpha").RightAligned());
        foreach (var g in groupings) table.AddColumn(new TableColumn(Markup.Escape($"{g.Set.Name}: worst {g.Groups.Name}")).RightAligned());
        foreach (AlphaResult row in report.Results)
            table.AddRow([row.Alpha.ToString("0.0##", CultureInfo.InvariantCulture), .. groupings.Select(g =>
            {
                GroupAccuracy worst = GroupingStatistics.Accuracy(g.Groups, row.Predictions[g.Place], g.Set).Worst;
                return Markup.Escape($"{Percent(worst.Accuracy)} ({g.Groups.Names[worst.Group]})");
            })]);
        console.Write(table);
        Console.Out.WriteLine("Top-1 accuracy in percent on the group where it is lowest.");
    }

    private static string[] Cells(AlphaResult row, bool best, bool hasShifts)
    {
        string[] cells =
        [
            (best ? "* " : "") + row.Alpha.ToString("0.0##", CultureInfo.InvariantCulture),
            .. row.Accuracies.Select(Percent),
            .. hasShifts ? (string[])[Percent(row.AverageShifts ?? 0), Percent(row.AverageReferenceAndShifts)] : [],
        ];
        return best ? [.. cells.Select(c => $"[bold]{c}[/]")] : cells;
    }

    public static string Percent(double accuracy) => (100 * accuracy).ToString("0.0", CultureInfo.InvariantCulture);
}
