using System.CommandLine;

namespace WiseFt.Tool;

/// <summary><c>wiseft sweep</c>: accuracy of the mixtures of a trained model on reference and shifts.</summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo> model = SharedOptions.TrainedModel();
        Option<DirectoryInfo> reference = new("--reference") { Description = "Test images of the reference distribution: a folder with one sub-folder a class.", Required = true, HelpName = "DIR" };
        Option<string[]> shifts = new("--shift") { Description = "Test images of a distribution shift, as NAME=DIR; may be given several times.", HelpName = "NAME=DIR", DefaultValueFactory = _ => [] };
        Option<string> alphas = new("--alpha") { Description = "Mixing coefficients: first:last:step, or numbers separated by commas.", DefaultValueFactory = _ => "0:1:0.1" };
        Option<DirectoryInfo?> output = new("--output") { Description = "Folder for the report: results.jsonl, report.md, report.html and the figures.", HelpName = "REPORT" };
        Option<bool> ensembles = new("--output-space") { Description = "Evaluate the output-space ensembles too; needs 0 and 1 among the mixing coefficients." };
        ReportPages pages = new();
        Option<string> device = SharedOptions.Device();
        Option<bool> skip = SharedOptions.SkipBadImages(), json = SharedOptions.Json();
        var command = new ToolCommand(
            "sweep", "Accuracy by mixing coefficient, on the reference distribution and under distribution shift.",
            "wiseft sweep --model out --reference data/test --shift sketch=data/sketch --alpha 0:1:0.1 --output report")
        {
            model, reference, shifts, alphas, output, ensembles, pages.ReferenceName, pages.Baselines, pages.Axes, device, skip, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                new Request(
                    parsed.GetRequiredValue(model).FullName, parsed.GetRequiredValue(reference).FullName, [.. (parsed.GetValue(shifts) ?? []).Select(ImageSets.ParseShift)],
                    new AlphaSweepOptions { Alphas = ParseGrid(parsed.GetRequiredValue(alphas)), OutputEnsembles = parsed.GetValue(ensembles) },
                    parsed.GetValue(output)?.FullName, pages.Read(parsed), parsed.GetRequiredValue(device), parsed.GetValue(skip), parsed.GetValue(json)),
                cancel),
            cancel));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        RequireDistinct(request);
        if (request.Output is not null) TrainedModel.RequireWritable(request.Output);
        using TrainedModel trained = TrainedModel.Load(request.Model, SharedOptions.ParseDevice(request.Device));
        LabelledImages reference = ImageSets.Load(request.Reference, trained.ZeroShot.ClassNames, request.SkipBadImages, cancel);
        DistributionShift[] shifts = [.. request.Shifts.Select(s => new DistributionShift(s.Name, ImageSets.Load(s.Folder, trained.ZeroShot.ClassNames, request.SkipBadImages, cancel)))];
        RobustnessReport report = Sweeping.Run(trained.ZeroShot, trained.FineTuned, reference, shifts, request.Options, cancel);
        if (request.Output is not null) Save(report, request);
        if (request.Json) Output.Json(Document(report));
        else ReportTable.Print(report);
        return 0;
    }

    /// <summary>Refuses what would only fail after the sweep.</summary>
    private static void RequireDistinct(Request request)
    {
        string? twice = request.Shifts.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (twice is not null) throw new UsageException($"--shift names '{twice}' twice; expected a different name for each distribution shift.");
        if (request.Shifts.Any(s => s.Name == request.Pages.ReferenceName))
            throw new UsageException($"--reference-name is '{request.Pages.ReferenceName}', which is a shift's name too; expected a different one.");
        string? unknown = request.Pages.Baselines.Keys.FirstOrDefault(b => request.Shifts.All(s => s.Name != b));
        if (unknown is not null) throw new UsageException($"--baseline is for '{unknown}', and no --shift has that name.");
    }

    private static void Save(RobustnessReport report, Request request)
    {
        report.Save(request.Output!, request.Pages with
        {
            Arguments = new Dictionary<string, string> { ["model"] = request.Model, ["reference"] = request.Reference, ["device"] = request.Device },
        });
        Output.Remark($"The report is in {Path.Combine(request.Output!, "report.html")}.");
    }

    private static System.Collections.Immutable.ImmutableArray<double> ParseGrid(string alphas)
    {
        try
        {
            return AlphaGrid.Parse(alphas);
        }
        catch (FormatException e)
        {
            throw new UsageException("--alpha: " + e.Message);
        }
    }

    private static object Document(RobustnessReport report) => new
    {
        alphas = report.Results.Select(row => new
        {
            alpha = row.Alpha,
            accuracy = report.Sets.Select((set, s) => (set.Name, Accuracy: row.Accuracies[s])).ToDictionary(s => s.Name, s => s.Accuracy),
            average_shifts = row.AverageShifts,
            average_reference_and_shifts = row.AverageReferenceAndShifts,
        }),
    };

    private sealed record Request(
        string Model, string Reference, (string Name, string Folder)[] Shifts, AlphaSweepOptions Options, string? Output, ReportOptions Pages, string Device, bool SkipBadImages, bool Json);
}
