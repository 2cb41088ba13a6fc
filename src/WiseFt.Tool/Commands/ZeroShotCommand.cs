using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using WiseFt.Evaluation;
using WiseFt.Models;
using WiseFt.Runs;
using static WiseFt.Evaluation.AccuracyText;

namespace WiseFt.Tool;

/// <summary><c>wiseft zeroshot</c>: accuracy of a CLIP model that has seen no image of the classes.</summary>
internal static class ZeroShotCommand
{
    public static Command Create()
    {
        Option<string> model = SharedOptions.ClipModel(), templates = SharedOptions.Templates(), device = SharedOptions.Device(),
            precision = SharedOptions.Precision();
        Option<string> data = SharedOptions.Data("Images: a folder with one sub-folder a class, or KIND:PATH.");
        Option<string?> classNames = SharedOptions.ClassNames(), classes = SharedOptions.Classes(
            "The words for the prompts, in the order of the sorted sub-folders, with commas between: \"cat,dog,car\".");
        OptionSet<ClipOverrides> overrides = SharedOptions.ModelFlags();
        Option<string?> headCache = SharedOptions.HeadCache();
        Option<bool> skip = SharedOptions.SkipBadImages(), json = SharedOptions.Json();
        var command = new ToolCommand(
            "zeroshot", "Zero-shot accuracy of a CLIP model on a folder of images.",
            "wiseft zeroshot --model openai/clip-vit-base-patch32 --data data/test --templates simple", SharedOptions.Layouts)
        {
            model, data, templates, classes, classNames, overrides, headCache, device, precision, skip, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                Mistake.RefuseOtherKinds(parsed.GetRequiredValue(model));
                LabelledImages images = ImageSets.Load(data.Name, parsed.GetRequiredValue(data), parsed.GetValue(skip), cancel);
                var run = new TrainingRun
                {
                    Model = parsed.GetRequiredValue(model),
                    Templates = PromptTemplates.Parse(parsed.GetRequiredValue(templates)),
                    Words = SharedOptions.ReadWords(parsed.GetValue(classes), parsed.GetValue(classNames), images.ClassNames),
                    Device = SharedOptions.ParseDevice(parsed.GetRequiredValue(device)),
                    Overrides = overrides.Read(parsed),
                    Notes = new Reporter<string>(Output.Remark),
                    HeadCache = parsed.GetValue(headCache),
                };
                return Run(
                    run, images, SharedOptions.ParsePrecision(parsed.GetRequiredValue(precision)), parsed.GetValue(json), cancel);
            },
            cancel));
        return command;
    }

    private static int Run(TrainingRun run, LabelledImages images, Precision precision, bool json, CancellationToken cancel)
    {
        using ImageClassifier zeroShot = ClassifierSource.BuildZeroShot(run, images.ClassNames, cancel);
        RobustnessReport report = Phases.Sweep(
            zeroShot, zeroShot, images, [], new AlphaSweepOptions { Alphas = [0], Precision = precision }, cancel);
        ClassificationMetrics metrics = ClassificationMetrics.Measure(
            report.Results[0].Predictions[0].Classes.AsSpan(), report.Sets[0].Labels.AsSpan(), images.ClassNames.Count);
        if (json)
            Output.Json(new
            {
                accuracy = metrics.Accuracy,
                count = metrics.Count,
                left_out = ImageSets.LeftOut([("data", images.LeftOut)]),
                per_class = metrics.Classes.Where(c => c.IsPresent).ToDictionary(c => images.ClassNames[c.Class], c => c.Recall),
            });
        else Print(metrics, images.ClassNames);
        return 0;
    }

    private static void Print(ClassificationMetrics metrics, IReadOnlyList<string> classNames)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("class").AddColumn(new TableColumn("images").RightAligned()).AddColumn(new TableColumn("accuracy").RightAligned());
        foreach (ClassMetrics c in metrics.Classes.Where(c => c.IsPresent))
            table.AddRow(Markup.Escape(classNames[c.Class]), c.Count.ToString(CultureInfo.InvariantCulture), Percent(c.Recall));
        AnsiConsole.Write(table);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Zero-shot accuracy {Percent(metrics.Accuracy)} % ({metrics.Correct} of {metrics.Count} images)."));
    }
}
