using System.Globalization;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>What <c>wiseft merge</c> says: of what it merged, and of what it would merge.</summary>
internal static class MergeWords
{
    /// <summary>Says what came of a merge.</summary>
    /// <param name="outcome">It.</param>
    /// <param name="choice">The alpha that a verdict is on.</param>
    /// <param name="pages">Which baselines are asked for.</param>
    public static void Say(MergeOutcome outcome, AlphaDecision choice, ReportOptions pages)
    {
        if (outcome.Report is not null) ReportTable.Print(outcome.Report, choice, pages);
        string alpha = outcome.Alpha is { } a ? FormattableString.Invariant($", alpha {a} between base and merged model") : "";
        Console.Out.WriteLine(FormattableString.Invariant($"Wrote {outcome.Output}: {outcome.ParameterCount} parameters{alpha}."));
    }

    /// <summary>Prints what came of a merge as JSON.</summary>
    public static void Print(MergeOutcome outcome, ReportOptions pages)
    {
        var document = new Dictionary<string, object?>
        {
            ["output"] = outcome.Output, ["parameters"] = outcome.ParameterCount, ["alpha"] = outcome.Alpha, ["notes"] = outcome.Notes,
        };
        if (outcome.Report is { } report) document["alphas"] = SweepJson.Rows(report, pages);
        Output.Json(document);
    }

    /// <summary>Prints what would be merged.</summary>
    public static void Show(MergeSurvey survey, bool json)
    {
        if (json)
        {
            Output.Json(new { models = survey.Models, groups = survey.Groups.Select(Row), notes = survey.Notes });
            return;
        }
        foreach (string note in survey.Notes) Output.Remark("note: " + note);
        for (int i = 0; i < survey.Models.Length; i++) Output.Say(FormattableString.Invariant($"{i + 1}: {survey.Models[i]}"));
        WideTable.Print(
            [
                "group", "tensors", "numbers",
                .. survey.Models.SelectMany((_, i) => (string[])[$"coefficient {i + 1}", $"norm {i + 1}"]), "cosine",
            ],
            [.. survey.Groups.Select(group => (string[])
            [
                group.Name, Text(group.Tensors), Text(group.Count),
                .. survey.Models.SelectMany(
                    (_, i) => group.IsKept ? (string[])["kept", ""] : [Range(group.Coefficients[i]), Short(group.Norms[i])]),
                group.IsKept ? "" : group.Cosine.ToString("F3", CultureInfo.InvariantCulture),
            ])]);
        Output.Say(
            "Norms are of the task vectors, or of the models where there is no base; cosines are the mean between them, of one model its " +
            "own with the base.");
    }

    private static object Row(MergeSurveyGroup group) => new
    {
        name = group.Name,
        tensors = group.Tensors,
        parameters = group.Count,
        kept = group.IsKept,
        coefficients = group.Coefficients.Select(c => new[] { c.Least, c.Most }),
        norms = group.Norms,
        cosine = group.IsKept ? (double?)null : group.Cosine,
    };

    private static string Range((double Least, double Most) range) =>
        range.Least == range.Most ? Short(range.Least) : $"{Short(range.Least)} … {Short(range.Most)}";

    private static string Short(double number) => number.ToString("G4", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
