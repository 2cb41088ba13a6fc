using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using WiseFt.Ensembling;
using WiseFt.Evaluation;
using WiseFt.Models;
using WiseFt.Runs;
using WiseFt.Training;

namespace WiseFt.Tool;

/// <summary><c>wiseft soup</c>: fine-tuning with every setting of a grid, and the mean of the runs.</summary>
internal static class SoupCommand
{
    private const string SoupFile = "soup.safetensors", Greedy = "--greedy", Uniform = "--uniform";

    private static readonly Option<string> _model = SharedOptions.ClipModel();
    private static readonly Option<string> _train = SharedOptions.Data(
        "Training images: a folder with one sub-folder a class, or KIND:PATH.", "--train");

    private static readonly Option<string?> _validation = new("--validation")
    {
        Description = "Validation images, which decide on a greedy soup. `none` for none (default: every fifth image of a class with " +
            "five or more, at most 50 of a class, which is not trained on then).",
        HelpName = "DIR|none",
    };

    private static readonly Option<string[]> _grid = new("--grid")
    {
        Description = $"Values of a setting, NAME=VALUE,VALUE with NAME one of {string.Join(", ", SoupGrid.Names)}; may be repeated: all " +
            "combinations are trained.",
        Required = true, HelpName = "NAME=VALUES",
    };

    private static readonly Option<bool> _greedy = new(Greedy)
    {
        Description = "Runs join, the most accurate first, while they make the mean strictly more accurate on the validation images (the " +
            "default).",
    };

    private static readonly Option<bool> _uniform = new(Uniform) { Description = "The mean of all runs." };

    private static readonly Option<string> _output = new("--output")
    {
        Description = "Folder for the results; created where missing.", Required = true, HelpName = "OUT",
    };

    private static readonly Option<bool> _overwrite = Destination.Overwrite();
    private static readonly Option<string> _recipeName = RecipeFlags.Name();
    private static readonly OptionSet<FineTuningOptions> _recipe = RecipeFlags.ForTraining();
    private static readonly OptionSet<SnapshotOptions> _snapshots = RecipeFlags.Snapshots();
    private static readonly Option<string?> _classWeights = RecipeFlags.ClassWeights();
    private static readonly Option<string> _templates = SharedOptions.Templates();
    private static readonly Option<string?> _classNames = SharedOptions.ClassNames();
    private static readonly Option<string> _device = SharedOptions.Device();
    private static readonly OptionSet<ClipOverrides> _overrides = SharedOptions.ModelFlags();
    private static readonly Option<string?> _headCache = SharedOptions.HeadCache();
    private static readonly Option<bool> _skip = SharedOptions.SkipBadImages();
    private static readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var command = new ToolCommand(
            "soup", "Fine-tune a CLIP model with every setting of a grid, and average the runs.",
            "wiseft soup --model openai/clip-vit-base-patch32 --train data/train --validation data/val --grid lr=1e-5,3e-5 " +
                "--grid epochs=5,10 --output soup",
            "Leaves soup.safetensors, zeroshot.safetensors and runs/N/finetuned.safetensors in OUT. A soup that is stopped goes on with " +
            "--resume: runs that have ended are not trained again.\n" + SharedOptions.Layouts)
        {
            _model, _train, _validation, _grid, _greedy, _uniform, _output, _overwrite, _recipeName, _recipe, _classWeights, _templates,
            _classNames, _overrides, _headCache, _device, _skip, _snapshots, _json,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => RunOrSave(parsed, cancel), cancel));
        return command;
    }

    private static int RunOrSave(ParseResult parsed, CancellationToken cancel)
    {
        string trainFlag = SharedOptions.NameOf(parsed, _train);
        string? validation = parsed.GetValue(_validation);
        string output = Destination.OfFolder(
            _output.Name, parsed.GetRequiredValue(_output),
            [
                (trainFlag, SharedOptions.ParseImages(trainFlag, parsed.GetRequiredValue(_train))),
                (_validation.Name, validation is null or ImageSets.None ? null : SharedOptions.ParseImages(_validation.Name, validation)),
            ],
            (_model.Name, parsed.GetRequiredValue(_model)));
        Mistake.RefuseOtherKinds(parsed.GetRequiredValue(_model));
        SoupKind kind = Kind(parsed, validation);
        SoupGrid grid = UsageException.Naming(_grid.Name, () => SoupGrid.Parse(parsed.GetRequiredValue(_grid)));
        SnapshotOptions snapshots = _snapshots.Read(parsed) with { Directory = output, Notes = new Reporter<string>(Output.Remark) };
        RefuseToReplace(parsed, output, snapshots.Resume);
        try
        {
            return Destination.Into(output, () => Run(parsed, grid, kind, snapshots, cancel), isKept: () => SoupRunFolder.AnyIn(output));
        }
        catch (OperationCanceledException) when (SoupRunFolder.AnyIn(output))
        {
            Output.Remark($"Interrupted. What is trained is saved in {output}. Go on with it:\n  {GoOn(parsed)}");
            return ToolCommand.Interrupted;
        }
    }

    private static SoupKind Kind(ParseResult parsed, string? validation)
    {
        if (parsed.GetValue(_greedy) && parsed.GetValue(_uniform))
            throw new UsageException($"{Greedy} and {Uniform} are two rules for one soup; expected one of them.");
        if (parsed.GetValue(_uniform)) return SoupKind.Uniform;
        return validation != ImageSets.None ? SoupKind.Greedy : throw new UsageException(
            $"{_validation.Name} is '{ImageSets.None}', and a greedy soup is chosen by accuracy on validation images; expected " +
            $"{_validation.Name} DIR, or {Uniform}.");
    }

    /// <summary>The command line that goes on with this soup.</summary>
    private static string GoOn(ParseResult parsed) =>
        ShellWords.Again(parsed.Tokens.Select(t => t.Value).Where(word => word != _overwrite.Name), RecipeFlags.Resume);

    private static void RefuseToReplace(ParseResult parsed, string output, bool resume)
    {
        if (resume) return;
        bool overwrite = parsed.GetValue(_overwrite);
        if (!File.Exists(Path.Combine(output, SoupFile)) && SoupRunFolder.AnyIn(output) && !overwrite)
            throw new CheckpointException(
                $"{output} holds runs of a soup that has not ended. Go on with it:\n  {GoOn(parsed)}\n" +
                $"or add {_overwrite.Name} to start anew.");
        Destination.RequireNone(_output.Name, output, overwrite, SoupFile, TrainedModel.ZeroShotFile, TrainedModel.SettingsFile);
    }

    private static int Run(ParseResult parsed, SoupGrid grid, SoupKind kind, SnapshotOptions snapshots, CancellationToken cancel)
    {
        var (training, validation) = ImageSets.LoadForTraining(
            (SharedOptions.NameOf(parsed, _train), parsed.GetRequiredValue(_train)), (_validation.Name, parsed.GetValue(_validation)),
            isWhole: false, parsed.GetValue(_skip), cancel);
        if (kind == SoupKind.Greedy && validation is null)
            throw new UsageException(
                $"There are too few images to keep some aside, and a greedy soup is chosen by accuracy on them; expected " +
                $"{_validation.Name} DIR, or {Uniform}.");
        TrainingRun run = Read(parsed, training);
        ImmutableArray<FineTuningOptions> recipes = grid.Expand(run.Options);
        Output.Remark(
            $"{Output.Count(training.Count, "training image")} of {training.ClassNames.Count} classes" +
            (validation is null ? "" : $", {Output.Count(validation.Count, "validation image")}") +
            $", {Output.Count(recipes.Length, "run")}.");
        string output = snapshots.Directory;
        if (!snapshots.Resume) SoupRunFolder.DeleteAll(output); // --overwrite, and nothing is wrong with the new soup
        using ImageClassifier zeroShot = ClassifierSource.BuildZeroShot(run, training.ClassNames, cancel);
        ImmutableArray<SoupRun> runs = Tracker.Run("Fine-tuning", "images", bar => ModelSoup.Train(
            zeroShot, training, validation, recipes, snapshots, Steps(bar, training.Count, recipes), cancel));
        ModelSoupResult soup = Tracker.Run("Choosing", "images", bar =>
            ModelSoup.Choose(runs, kind, validation, device: run.Device, progress: bar, cancel: cancel));
        zeroShot.Save(Path.Combine(output, TrainedModel.ZeroShotFile));
        soup.Write(Path.Combine(output, SoupFile));
        Say(soup, output, parsed.GetValue(_json));
        return 0;
    }

    private static TrainingRun Read(ParseResult parsed, LabelledImages training) => new()
    {
        Model = parsed.GetRequiredValue(_model),
        Templates = PromptTemplates.Parse(parsed.GetRequiredValue(_templates)),
        Words = SharedOptions.ReadClassNames(parsed.GetValue(_classNames), training.ClassNames),
        Options = RecipeFlags.Read(parsed, _recipe, _recipeName, training) with
        {
            ClassWeights = RecipeFlags.ReadClassWeights(parsed.GetValue(_classWeights), training),
        },
        Device = SharedOptions.ParseDevice(parsed.GetRequiredValue(_device)),
        Overrides = _overrides.Read(parsed),
        Notes = new Reporter<string>(Output.Remark),
        HeadCache = parsed.GetValue(_headCache),
    };

    /// <summary>Moves a bar over the images of all runs, and says which run begins.</summary>
    private static Reporter<SoupProgress> Steps(Tracker.Bar bar, int images, ImmutableArray<FineTuningOptions> recipes)
    {
        long total = recipes.Sum(r => (long)images * r.Epochs), before = 0, done = 0;
        int current = 0;
        return new Reporter<SoupProgress>(now =>
        {
            if (now.Run != current)
            {
                before = recipes.Take(now.Run - 1).Sum(r => (long)images * r.Epochs);
                (current, done) = (now.Run, 0);
                Output.Remark(
                    $"Run {now.Run} of {now.Runs}: " + FormattableString.Invariant(
                        $"learning rate {now.Options.LearningRate:0.###e+0}, {Output.Count(now.Options.Epochs, "epoch")}, ") +
                    FormattableString.Invariant($"seed {now.Options.Seed}{(now.Step is null ? ": finished before" : "")}."));
            }
            done += now.Step?.Images ?? (long)images * now.Options.Epochs;
            string[] details = [FormattableString.Invariant($"run {now.Run}/{now.Runs}"), .. now.Step is { } step
                ? (string[])[string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:0.000}")] : []];
            bar.Report(before + done, total, details);
        });
    }

    private static void Say(ModelSoupResult soup, string output, bool json)
    {
        if (json)
        {
            Output.Json(new
            {
                Kind = soup.Kind.ToString().ToLowerInvariant(),
                soup.Accuracy,
                Output = Path.Combine(output, SoupFile),
                Runs = soup.Runs.Select(r => new
                {
                    Run = r.Number,
                    r.Options.LearningRate,
                    r.Options.Epochs,
                    r.Options.BatchSize,
                    r.Options.WeightDecay,
                    r.Options.LabelSmoothing,
                    r.Options.Seed,
                    r.ValidationAccuracy,
                    r.Joined,
                    Model = r.File,
                }),
            });
            return;
        }
        WideTable.Print(
            ["run", .. SoupGrid.Names, "validation", "joined"],
            [.. soup.Runs.Select(r => (string[])
            [
                .. Numbers(r.Number, r.Options.LearningRate, r.Options.Epochs, r.Options.BatchSize, r.Options.WeightDecay,
                    r.Options.LabelSmoothing, r.Options.Seed),
                r.ValidationAccuracy is { } accuracy ? AccuracyText.Percent(accuracy) : "", r.Joined ? "yes" : "no",
            ])],
            row => soup.Runs[row].Joined);
        Console.Out.WriteLine(
            $"Wrote {Path.Combine(output, SoupFile)}: the mean of {Output.Count(soup.Runs.Count(r => r.Joined), "run")}" +
            (soup.Accuracy is { } best ? $", {AccuracyText.Percent(best)} % on the validation images, which chose them." : "."));
        Output.Remark(
            "Next: the soup on a test set and under distribution shift, mixed with the zero-shot model:\n  wiseft sweep --zero-shot " +
            $"{ShellWords.Quoted(Path.Combine(output, TrainedModel.ZeroShotFile))} --fine-tuned " +
            $"{ShellWords.Quoted(Path.Combine(output, SoupFile))} --reference TEST --shift NAME=DIR");
    }

    private static IEnumerable<string> Numbers(params double[] numbers) =>
        numbers.Select(n => n.ToString("0.######", CultureInfo.InvariantCulture) is var plain && (n == 0 || n >= 1e-3)
            ? plain : n.ToString("0.###e+0", CultureInfo.InvariantCulture));
}
