using System.CommandLine;
using System.Globalization;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary><c>wiseft merge</c>: one model of several, as a recipe says.</summary>
internal static class MergeCommand
{
    private const string WeightsEnding = ".safetensors";

    private static readonly Argument<FileInfo> _recipe = new("RECIPE")
    {
        Description = "What to merge and how, as YAML or JSON: mergekit's keys, and head, text_tower, keep, search, evaluate, recalibrate.",
    };

    private static readonly Option<string?> _output = new("--output")
    {
        Description = "The merged model: a .safetensors file where the models are files, a new folder where they are folders.",
        HelpName = "OUT",
    };

    private static readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Show each group of tensors with its coefficients, norms and cosine, and write nothing.",
    };

    private static readonly Option<string?> _report = new("--report")
    {
        Description = "Folder for a report of what the recipe's `evaluate` measures.", HelpName = "REPORT",
    };

    private static readonly OptionSet<ReportOptions> _pages = ReportPages.Flags();
    private static readonly Option<bool> _overwrite = Destination.Overwrite(), _json = SharedOptions.Json();

    public static Command Create()
    {
        var command = new ToolCommand(
            "merge", "Merge the weights of any number of models as a recipe says: soups, slerp, TIES, Model Stock and others.",
            "wiseft merge recipe.yaml --output merged.safetensors",
            "A recipe is a small file, such as:\n" +
            "  merge_method: task_arithmetic\n  base_model: out/zeroshot.safetensors\n  models:\n    - model: out/finetuned.safetensors\n" +
            "  parameters: {lambda: 0.5}\n" +
            $"Methods: {string.Join(", ", Merging.MergeMethodInfo.All.Select(m => m.Name))}. docs/merging.md says which for what.")
        {
            _recipe, _output, _dryRun, _report, _overwrite, _json,
        };
        command.Add(_pages);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_dryRun) is null && result.GetResult(_output) is null)
                result.AddError("Expected --output OUT, or --dry-run to write nothing.");
        });
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed, cancel), cancel));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancel)
    {
        MergeRecipe recipe = MergeRecipe.Load(parsed.GetRequiredValue(_recipe).FullName);
        foreach (string warning in recipe.Notes) Output.Remark("note: " + warning);
        if (parsed.GetValue(_dryRun))
        {
            MergeWords.Show(Tracker.RunPhases(begin => Merge.Survey(recipe, In(begin, "Measuring"), cancel)), parsed.GetValue(_json));
            return 0;
        }
        string output = OutputOf(parsed, recipe);
        string? report = parsed.GetValue(_report) is not { } folder ? null : Destination.OfFolder(
            _report.Name, ReportPages.RequireOwn(_report.Name, folder), [], (_recipe.Name, parsed.GetRequiredValue(_recipe).FullName));
        if (report is not null && recipe.Evaluate is null)
            throw new UsageException($"{_report.Name} needs images to evaluate on, and the recipe has no `evaluate: {{reference: DIR}}`.");
        MergeOutcome outcome = Tracker.RunPhases(begin => Merge.Run(recipe, output, In(begin, "Merging"), cancel));
        foreach (string note in outcome.Notes) Output.Remark("note: " + note);
        // An alpha that other images decided on is fixed as far as these are concerned.
        bool isChosenHere = recipe.Search is { } search && (search.Choose == MergeChoice.Mean || recipe.Evaluate?.Validation is null);
        AlphaDecision choice = new(isChosenHere ? AlphaDecision.Validation : AlphaDecision.Fixed, outcome.Alpha ?? 1);
        string method = Merging.MergeMethodInfo.Of(recipe.Method).Name;
        if (report is not null)
            outcome.Report!.Save(report, ReportPages.Complete(
                _pages.Read(parsed) with { MethodName = method }, choice, [.. parsed.Tokens.Select(t => t.Value)], training: null,
                ("method", method), ("recipe", parsed.GetRequiredValue(_recipe).FullName)));
        if (parsed.GetValue(_json)) MergeWords.Print(outcome, _pages.Read(parsed));
        else MergeWords.Say(outcome, choice, _pages.Read(parsed));
        return 0;
    }

    private static string OutputOf(ParseResult parsed, MergeRecipe recipe)
    {
        string output = parsed.GetValue(_output)!;
        (string, string?)[] inputs = [(_recipe.Name, parsed.GetRequiredValue(_recipe).FullName)];
        if (output.EndsWith(WeightsEnding, StringComparison.OrdinalIgnoreCase))
            return Destination.OfFile(_output.Name, output, WeightsEnding, parsed.GetValue(_overwrite), isDerived: _ => false, inputs);
        string[] models = [.. recipe.Models.Select(m => m.Model), .. recipe.BaseModel is { } theta0 ? (string[])[theta0] : []];
        return Destination.OfFolder(_output.Name, output, [], [.. inputs, .. models.Select(m => ("the recipe", (string?)m))]);
    }

    private static Reporter<MergeProgress> In(Tracker.Begin begin, string merging)
    {
        Tracker.Bar? bar = null;
        MergePhase? shown = null;
        return new Reporter<MergeProgress>(progress =>
        {
            var (title, unit, scale) = progress.Phase switch
            {
                MergePhase.Head => ("Zero-shot head", "prompts", 1),
                MergePhase.Measuring => ("Measuring", "images", 1),
                MergePhase.Recalibrating => ("Batch normalisation", "images", 1),
                MergePhase.Evaluating => ("Evaluating", "images", 1),
                _ => (merging, "million numbers", 1_000_000),
            };
            if (shown != progress.Phase) (bar, shown) = (begin(title, unit), progress.Phase);
            bar!.Report(progress.Work.Done / scale, Math.Max(1, progress.Work.Total / scale));
        });
    }
}
