using System.CommandLine;
using WiseFt.Evaluation;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary><c>wiseft sweep</c>: accuracy of the mixtures of a trained model on reference and shifts.</summary>
internal static class SweepCommand
{
    private const string ReferenceFlag = "--reference";

    public static Command Create()
    {
        Option<DirectoryInfo> model = SharedOptions.TrainedModel();
        Option<string> reference = new(ReferenceFlag)
        {
            Description = "Test images of the reference distribution: a folder with one sub-folder a class, or KIND:PATH.",
            Required = true,
            HelpName = "DIR",
        };
        Option<string[]> shifts = new("--shift")
        {
            Description = "Test images of a distribution shift, as NAME=DIR or NAME=KIND:PATH; may be given several times.",
            HelpName = "NAME=DIR",
            DefaultValueFactory = _ => [],
        };
        Option<string[]> mappings = new("--mapping")
        {
            Description = "How the classes of a shift are related to the model's, as NAME=MAPPING: a mapping file, " +
                $"or {string.Join(", ", ClassMapping.BuiltInNames)}.", HelpName = "NAME=MAPPING", DefaultValueFactory = _ => [],
        };
        Option<DirectoryInfo?> output = new("--output")
        {
            Description = "Folder for the report: results.jsonl, report.md, report.html and the figures.",
            HelpName = "REPORT",
        };
        OptionSet<AlphaSweepOptions> options = new OptionSet<AlphaSweepOptions>(new())
            .Text(
                "--alpha", "Mixing coefficients: first:last:step, or numbers separated by commas.", null,
                (o, grid) => o with { Alphas = AlphaGrid.Parse(grid) }, shown: "0:1:0.1")
            .Switch(
                "--output-space", "Evaluate the output-space ensembles too; needs 0 and 1 among the mixing coefficients.",
                (o, on) => o with { OutputEnsembles = on });
        OptionSet<ReportOptions> pages = ReportPages.Flags();
        Option<string> device = SharedOptions.Device(), precision = SharedOptions.Precision();
        Option<bool> skip = SharedOptions.SkipBadImages(), json = SharedOptions.Json();
        var command = new ToolCommand(
            "sweep", "Accuracy by mixing coefficient, on the reference distribution and under distribution shift.",
            "wiseft sweep --model out --reference data/test --shift sketch=data/sketch --alpha 0:1:0.1 --output report",
            SharedOptions.Layouts)
        {
            model, reference, shifts, mappings, output, options, pages, device, precision, skip, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                new Request(
                    parsed.GetRequiredValue(model).FullName,
                    UsageException.Naming(ReferenceFlag, () => DataSource.Parse(parsed.GetRequiredValue(reference))),
                    SharedOptions.Shifts(parsed.GetValue(shifts) ?? [], parsed.GetValue(mappings) ?? []),
                    options.Read(parsed) with { Precision = SharedOptions.ParsePrecision(parsed.GetRequiredValue(precision)) },
                    parsed.GetValue(output)?.FullName, pages.Read(parsed), parsed.GetRequiredValue(device), parsed.GetValue(skip),
                    parsed.GetValue(json)),
                cancel),
            cancel));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        RequireDistinct(request);
        if (request.Output is null) Sweep(request, cancel);
        else SharedOptions.Into(request.Output, () => Sweep(request, cancel));
        return 0;
    }

    private static void Sweep(Request request, CancellationToken cancel)
    {
        using TrainedModel trained = TrainedModel.Load(request.Model, SharedOptions.ParseDevice(request.Device));
        LabelledImages reference = ImageSets.LoadReference(
            ReferenceFlag, request.Reference, trained.ZeroShot.ClassNames, request.SkipBadImages, cancel);
        ImageSets.RemarkOnAbsentClasses(request.Pages.ReferenceName ?? RobustnessReport.ReferenceName, reference);
        DistributionShift[] shifts = [.. request.Shifts.Select(
            s => ImageSets.LoadShift(s, trained.ZeroShot.ClassNames, request.SkipBadImages, cancel))];
        foreach (DistributionShift shift in shifts)
        {
            ImageSets.RemarkOnAbsentClasses(shift.Name, shift.Images);
            ImageSets.RemarkOnSublist(shift);
        }
        RobustnessReport report = Phases.Sweep(trained.ZeroShot, trained.FineTuned, reference, shifts, request.Options, cancel)
            .WithReferenceName(request.Pages.ReferenceName);
        if (request.Output is not null) Save(report, request);
        if (request.Json)
            Output.Json(new
            {
                alphas = report.Results.Select(row => Row(report, row)),
                left_out = ImageSets.LeftOut(report.Sets.Select(set => set.Name).Zip(
                    [reference.LeftOut, .. shifts.Select(s => s.Images.LeftOut)])),
            });
        else ReportTable.Print(report);
    }

    /// <summary>Refuses what would only fail after the sweep.</summary>
    private static void RequireDistinct(Request request)
    {
        if (request.Shifts.Any(s => s.Name == request.Pages.ReferenceName))
            throw new UsageException(
                $"--reference-name is '{request.Pages.ReferenceName}', which is a shift's name too; expected a different one.");
        string? unknown = request.Pages.Baselines.Keys.FirstOrDefault(b => request.Shifts.All(s => s.Name != b));
        if (unknown is not null) throw new UsageException($"--baseline is for '{unknown}', and no --shift has that name.");
    }

    private static void Save(RobustnessReport report, Request request)
    {
        report.Save(request.Output!, request.Pages with
        {
            Arguments = new Dictionary<string, string>
            {
                ["model"] = request.Model,
                ["reference"] = Path.GetFullPath(request.Reference.Location),
                ["device"] = request.Device,
                ["precision"] = request.Options.Precision.ToString().ToLowerInvariant(),
            },
        });
        Output.Remark($"The report is in {Path.Combine(request.Output!, "report.html")}.");
    }

    private static Dictionary<string, object?> Row(RobustnessReport report, AlphaResult row)
    {
        var members = new Dictionary<string, object?>
        {
            ["alpha"] = row.Alpha,
            ["accuracy"] = report.Sets.Select((set, s) => (set.Name, Accuracy: row.Accuracies[s]))
                .ToDictionary(s => s.Name, s => s.Accuracy),
            ["average_shifts"] = row.AverageShifts,
            ["average_reference_and_shifts"] = row.AverageReferenceAndShifts,
        };
        if (report.Sets.Any(s => !s.Groupings.IsEmpty)) members["worst_group"] = WorstGroups(report, row);
        if (report.HasPredictions && report.Sets.Any(s => !s.FrameGroups.IsEmpty)) members["frames"] = Frames(report, row);
        return members;
    }

    /// <summary>Each grouping's worst group, by test set.</summary>
    private static Dictionary<string, Dictionary<string, object>> WorstGroups(RobustnessReport report, AlphaResult row) => report.Sets
        .Select((set, s) => (Set: set, Place: s)).Where(s => !s.Set.Groupings.IsEmpty)
        .ToDictionary(s => s.Set.Name, s => s.Set.Groupings.ToDictionary(g => g.Name, g =>
        {
            GroupAccuracy worst = GroupingStatistics.Accuracy(g, row.Predictions[s.Place], s.Set).Worst;
            return (object)new { group = g.Names[worst.Group], accuracy = worst.Accuracy, count = worst.Count };
        }));

    /// <summary>pm-0 and pm-k, by test set.</summary>
    private static Dictionary<string, object> Frames(RobustnessReport report, AlphaResult row) => report.Sets
        .Select((set, s) => (Set: set, Place: s)).Where(s => !s.Set.FrameGroups.IsEmpty)
        .ToDictionary(s => s.Set.Name, s =>
        {
            FrameRobustness frames = FrameRobustness.Measure(row.Predictions[s.Place], s.Set, report.ClassNamesOf(s.Place));
            return (object)new { pm0 = frames.Pm0, pmk = frames.PmK, groups = frames.Count };
        });

    private sealed record Request(
        string Model, DataSource Reference, ShiftSource[] Shifts, AlphaSweepOptions Options, string? Output, ReportOptions Pages,
        string Device, bool SkipBadImages, bool Json);
}
