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
        Option<string> device = SharedOptions.Device();
        Option<bool> skip = SharedOptions.SkipBadImages(), json = SharedOptions.Json();
        var command = new ToolCommand(
            "sweep", "Accuracy by mixing coefficient, on the reference distribution and under distribution shift.",
            "wiseft sweep --model out --reference data/test --shift sketch=data/sketch --alpha 0:1:0.1")
        {
            model, reference, shifts, alphas, device, skip, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(parsed.GetRequiredValue(model).FullName, parsed.GetRequiredValue(reference).FullName, parsed.GetValue(shifts) ?? [],
                parsed.GetRequiredValue(alphas), parsed.GetRequiredValue(device), parsed.GetValue(skip), parsed.GetValue(json), cancel),
            cancel));
        return command;
    }

    private static int Run(string model, string referenceFolder, string[] shiftTexts, string alphas, string device, bool skip, bool json, CancellationToken cancel)
    {
        (string Name, string Folder)[] shiftFolders = [.. shiftTexts.Select(ImageSets.ParseShift)];
        IReadOnlyList<double> grid = ParseGrid(alphas);
        using TrainedModel trained = TrainedModel.Load(model, SharedOptions.ParseDevice(device));
        LabelledImages reference = ImageSets.Load(referenceFolder, trained.ZeroShot.ClassNames, skip, cancel);
        DistributionShift[] shifts = [.. shiftFolders.Select(s => new DistributionShift(s.Name, ImageSets.Load(s.Folder, trained.ZeroShot.ClassNames, skip, cancel)))];
        RobustnessReport report = Sweeping.Run(trained.ZeroShot, trained.FineTuned, reference, shifts, grid, cancel);
        if (json) Output.Json(Document(report));
        else ReportTable.Print(report);
        return 0;
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
}
