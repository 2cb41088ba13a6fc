using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using WiseFt.Evaluation;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary><c>wiseft demo</c>: the whole method on the built-in model and images.</summary>
internal static class DemoCommand
{
    private static readonly OptionSet<FineTuningOptions> _recipe = new OptionSet<FineTuningOptions>(new()
    {
        Epochs = 12,
        BatchSize = 32,
        LearningRate = 3e-4,
        WarmupSteps = 14,
    }).Seed();

    public static Command Create()
    {
        Option<string?> output = new("--output") { Description = "Folder for the trained model and the report.", HelpName = "DIR" };
        Option<string?> unpack = new("--unpack")
        {
            Description = "Only leaves the built-in model and images in a folder, for programs of your own; nothing is trained.",
            HelpName = "DIR",
        };
        Option<bool> overwrite = Destination.Overwrite();
        var command = new ToolCommand(
            "demo", "The whole method on the built-in model and images, in a minute or two on two cores; no download.",
            "wiseft demo --output demo-output")
            {
                output, unpack, overwrite, _recipe,
            };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                if (parsed.GetValue(unpack) is string data) return Unpack(unpack.Name, data, parsed.GetValue(output), cancel);
                FineTuningOptions recipe = _recipe.Read(parsed);
                string[] words = [.. parsed.Tokens.Select(t => t.Value)];
                if (parsed.GetValue(output) is not string folder) return Run(null, recipe, words, cancel);
                folder = Destination.OfFolder(output.Name, folder, []);
                Destination.RequireNone(output.Name, folder, parsed.GetValue(overwrite), Phases.Results);
                return Destination.Into(folder, () => Run(folder, recipe, words, cancel));
            },
            cancel));
        return command;
    }

    private static string BuiltIn => Path.Combine(AppContext.BaseDirectory, "BuiltIn");

    private static int Unpack(string flag, string folder, string? output, CancellationToken cancel)
    {
        if (output is not null)
            throw new UsageException($"{flag} trains nothing, and --output is where a trained model goes; expected one of the two.");
        folder = Destination.OfFolder(flag, folder, []);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"{flag} {folder} is not empty. Choose another name, or empty it.");
        string[] files = [.. Directory.EnumerateFiles(BuiltIn, "*", SearchOption.AllDirectories)];
        Destination.Into(folder, () =>
        {
            foreach (string file in files)
            {
                cancel.ThrowIfCancellationRequested();
                string copy = Path.Combine(folder, Path.GetRelativePath(BuiltIn, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
            return 0;
        });
        Output.Remark(
            $"{files.Length} files are in {folder}: starter-clip is a model, emoji-shift/reference holds training and test " +
            "images, emoji-shift/shifts the same classes drawn by others.");
        return 0;
    }

    private static int Run(string? output, FineTuningOptions recipe, string[] words, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        string model = Path.Combine(BuiltIn, "starter-clip"),
            images = Path.Combine(BuiltIn, "emoji-shift");
        var templates = PromptTemplates.FromFile(Path.Combine(images, "templates.txt"));
        LabelledImages training = LabelledImages.FromFolder(Path.Combine(images, "reference", "train"));
        LabelledImages reference = LabelledImages.FromFolder(Path.Combine(images, "reference", "test"), training.ClassNames);
        DistributionShift[] shifts = [.. Directory.GetDirectories(Path.Combine(images, "shifts")).Order(StringComparer.Ordinal)
            .Select(folder => new DistributionShift(Path.GetFileName(folder), LabelledImages.FromFolder(folder, training.ClassNames)))];
        Output.Remark(
            $"EmojiShift: {training.ClassNames.Count} classes of emoji. Reference distribution: " +
            $"Noto Emoji ({training.Count} training and {reference.Count} test images).");
        Output.Remark($"Distribution shifts: the same classes drawn by others ({string.Join(", ", shifts.Select(s => s.Name))}).");

        var run = new TrainingRun { Model = model, Templates = templates, Options = recipe };
        RobustnessReport report = Phases.Train(run, training, output, curve: null, (zeroShot, fineTuned) =>
            Phases.Sweep(zeroShot, fineTuned, reference, shifts, new AlphaSweepOptions { OutputEnsembles = true }, cancel), cancel);
        var choice = new AlphaDecision(AlphaDecision.Fixed, run.Alpha);
        if (output is not null)
            report.Save(Path.Combine(output, "report"), ReportPages.Complete(
                new ReportOptions { Title = "EmojiShift: robustness of the built-in model" }, choice, words,
                TrainedModel.FindSettings(output)?.InWords(), ("model", model)));
        ReportTable.Print(report with { OutputEnsembles = [] }, choice, new ReportOptions()); // the pages have them
        Output.Remark(string.Create(CultureInfo.InvariantCulture, $"Took {clock.Elapsed.TotalSeconds:0} s."));
        if (output is not null) Output.Remark($"The report is in {Path.Combine(output, "report", "report.html")}.");
        if (output is not null)
            Output.Remark($"The trained model is in {output}. Try:\n  wiseft predict --model {ShellWords.Quoted(output)} IMAGE");
        return 0;
    }
}
