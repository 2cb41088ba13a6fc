using System.CommandLine;
using WiseFt.Evaluation;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Runs;
using WiseFt.Training;

namespace WiseFt.Tool;

/// <summary><c>wiseft train</c>: zero-shot head, fine-tuning, and both end points and their mixture on disk.</summary>
internal static class TrainCommand
{
    private const string ResumeFlag = RecipeFlags.Resume, EarlyStoppingFlag = RecipeFlags.EarlyStopping;
    private const string NoValidation = ImageSets.None, ValidationName = "validation";

    private static readonly Option<string> _model = SharedOptions.ClipModel();
    private static readonly Option<string> _train = SharedOptions.Data(
        "Training images: a folder with one sub-folder a class, or KIND:PATH.", "--train");

    private static readonly Option<string> _output = new("--output")
    {
        Description = "Folder for the results; created where missing.", Required = true, HelpName = "OUT",
    };

    private static readonly Option<bool> _overwrite = Destination.Overwrite();

    private static readonly Option<string?> _validation = new("--validation")
    {
        Description = "Validation images: accuracy on them is said after every epoch, and by alpha at the end. `none` for none " +
            "(default: every fifth image of a class with five or more, at most 50 of a class, which is not trained on then; of " +
            "--recipe paper, none).",
        HelpName = "DIR|none",
    };

    private static readonly Option<double?> _alpha =
        SharedOptions.Alpha("Mixing coefficient of wiseft.safetensors and model.zip, in [0, 1]");

    private static readonly Option<string> _choose = SharedOptions.Choose("the validation images");
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

    public static Command Create()
    {
        var command = new ToolCommand(
            "train", "Fine-tune a CLIP model on a folder of images and mix it with its zero-shot self.",
            "wiseft train --model openai/clip-vit-base-patch32 --data data/train --output out",
            "Leaves zeroshot, finetuned and wiseft.safetensors, model.zip (the ML.NET pipeline), training.jsonl and config.json in OUT. " +
            "A run that is stopped goes on with --resume.\n" + SharedOptions.Layouts)
        {
            _model, _train, _output, _overwrite, _validation, _alpha, _choose, _recipeName, _recipe, _classWeights, _templates, _classNames,
            _overrides, _headCache, _device, _skip, _snapshots,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => RunOrSave(parsed, cancel), cancel));
        return command;
    }

    private static int RunOrSave(ParseResult parsed, CancellationToken cancel)
    {
        string? validation = parsed.GetValue(_validation);
        string output = Destination.OfFolder(
            _output.Name, parsed.GetRequiredValue(_output),
            [
                (TrainFlag(parsed), SharedOptions.ParseImages(TrainFlag(parsed), parsed.GetRequiredValue(_train))),
                (_validation.Name, validation is null or NoValidation ? null : SharedOptions.ParseImages(_validation.Name, validation)),
            ],
            (_model.Name, parsed.GetRequiredValue(_model)));
        Mistake.RefuseOtherKinds(parsed.GetRequiredValue(_model));
        SnapshotOptions snapshots = Snapshots(parsed, output);
        RefuseToReplace(parsed, output, snapshots);
        try
        {
            return Destination.Into(
                output, () => Run(parsed, output, snapshots, cancel),
                isKept: () => TrainingSnapshots.Exist(snapshots.Directory) || TrainedModel.IsIn(output));
        }
        catch (OperationCanceledException) when (TrainingSnapshots.Exist(snapshots.Directory))
        {
            Output.Remark($"Interrupted. The run is saved in {snapshots.Directory}. Go on with it:\n  {GoOn(parsed)}");
            return ToolCommand.Interrupted;
        }
        catch (OperationCanceledException) when (TrainedModel.IsIn(output))
        {
            Output.Remark(
                $"Interrupted. Training had ended: {output} has its results. What was left is to measure them:\n  {SweepOf(output)}");
            return ToolCommand.Interrupted;
        }
    }

    private static SnapshotOptions Snapshots(ParseResult parsed, string output)
    {
        SnapshotOptions options = _snapshots.Read(parsed);
        return options with
        {
            Directory = Path.Combine(output, options.Directory),
            Notes = new Reporter<string>(Output.Remark),
        };
    }

    private static string TrainFlag(ParseResult parsed) => SharedOptions.NameOf(parsed, _train);

    /// <summary>The command line that goes on with this run.</summary>
    private static string GoOn(ParseResult parsed) =>
        ShellWords.Again(parsed.Tokens.Select(t => t.Value).Where(word => word != _overwrite.Name), ResumeFlag);

    private static string SweepOf(string output) =>
        $"wiseft sweep --model {ShellWords.Quoted(output)} --reference TEST --shift NAME=DIR --output report";

    /// <summary>Refuses a folder with results or an unfinished run, unless the command line says what is to become of them.</summary>
    private static void RefuseToReplace(ParseResult parsed, string output, SnapshotOptions snapshots)
    {
        if (TrainingSnapshots.Exist(snapshots.Directory) && !snapshots.Resume && !parsed.GetValue(_overwrite))
            throw new CheckpointException(
                $"{snapshots.Directory} holds checkpoints of a run that has not ended. Go on with it:\n  {GoOn(parsed)}\n" +
                $"or delete that folder, or add {_overwrite.Name}, to start anew.");
        if (!snapshots.Resume) Destination.RequireNone(_output.Name, output, parsed.GetValue(_overwrite), Phases.Results);
    }

    private static int Run(ParseResult parsed, string output, SnapshotOptions snapshots, CancellationToken cancel)
    {
        var (training, validation) = ImageSets.LoadForTraining(
            (TrainFlag(parsed), parsed.GetRequiredValue(_train)), (_validation.Name, parsed.GetValue(_validation)),
            parsed.GetRequiredValue(_recipeName) == "paper", parsed.GetValue(_skip), cancel);
        Output.Remark(
            $"{Output.Count(training.Count, "training image")} of {training.ClassNames.Count} classes" +
            (validation is null ? "." : $", {Output.Count(validation.Count, "validation image")}."));
        var run = new TrainingRun
        {
            Model = parsed.GetRequiredValue(_model),
            Templates = PromptTemplates.Parse(parsed.GetRequiredValue(_templates)),
            Words = SharedOptions.ReadClassNames(parsed.GetValue(_classNames), training.ClassNames),
            Options = RecipeFlags.Read(parsed, _recipe, _recipeName, training) with
            {
                ClassWeights = RecipeFlags.ReadClassWeights(parsed.GetValue(_classWeights), training),
            },
            Validation = validation,
            Alpha = parsed.GetValue(_alpha) ?? MixingCoefficient.Default,
            Device = SharedOptions.ParseDevice(parsed.GetRequiredValue(_device)),
            Overrides = _overrides.Read(parsed),
            Notes = new Reporter<string>(Output.Remark),
            Snapshots = snapshots,
            HeadCache = parsed.GetValue(_headCache),
        };
        string choose = parsed.GetRequiredValue(_choose);
        if (choose == AlphaDecision.Validation && validation is null)
            throw new UsageException($"{_choose.Name} is '{choose}', and there are no validation images; expected {_validation.Name} DIR.");
        if (run.Options.EarlyStoppingPatience is int patience && validation is null)
            throw new UsageException(
                $"{EarlyStoppingFlag} is {patience}, and there are no validation images to decide on the epoch; expected " +
                $"{_validation.Name} DIR with images that are not trained on, or five and more images of a class, of which one is kept " +
                $"aside where {_validation.Name} and --recipe paper are not given.");
        if (snapshots.Resume && HasEnded(parsed, run, training, output, cancel)) return 0;
        if (!snapshots.Resume) TrainingSnapshots.Delete(snapshots.Directory); // --overwrite, and nothing is wrong with the new run
        Output.Remark($"{Output.Count(run.Options.TotalSteps(training.Count), "step")}.");
        if (EarlyStopping.Rule(run.Options) is string rule) Output.Remark(rule);
        List<ValidationResult> curve = [];
        RobustnessReport? report = Phases.Train(run, training, output, curve, (zeroShot, fineTuned) => validation is null ? null
            : Phases.Sweep(
                zeroShot, fineTuned, validation, [], new AlphaSweepOptions { Alphas = [.. AlphaGrid.Tenths, run.Alpha] }, cancel)
                .WithReferenceName(ValidationName), cancel);
        double alpha = report is null ? run.Alpha : Conclude(report, curve, AlphaDecision.By(choose, report, run.Alpha));
        if (alpha != run.Alpha) Phases.SetAlpha(output, alpha);
        Console.Out.WriteLine(FormattableString.Invariant($"Wrote {output}: {string.Join(", ", Phases.Results)}; alpha {alpha}."));
        Output.Remark(
            $"Next: accuracy on a test set and under distribution shift, and which alpha to ship:\n  {SweepOf(output)}");
        return 0;
    }

    /// <summary>Whether the run has ended in its folder already, which is said.</summary>
    private static bool HasEnded(
        ParseResult parsed, TrainingRun run, LabelledImages training, string output, CancellationToken cancel)
    {
        if (parsed.GetValue(_overwrite) || TrainingSnapshots.Exist(run.Snapshots!.Directory)
            || TrainedModel.FindSettings(output) is not { } finished) return false;
        try
        {
            run.RequireSame(finished, training, cancel);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(
                $"{output}: {e.Message} Choose another {_output.Name}, or add {_overwrite.Name} without {ResumeFlag} to replace it.", e);
        }
        Phases.CleanUp(output);
        Console.Out.WriteLine(
            FormattableString.Invariant($"{output} is finished: nothing is left to train. Its alpha is {finished.Alpha}."));
        if (parsed.GetValue(_alpha) is not null && run.Alpha != finished.Alpha)
            Output.Remark(FormattableString.Invariant($"For alpha {run.Alpha}: wiseft set-alpha {ShellWords.Quoted(output)} {run.Alpha}"));
        return true;
    }

    /// <summary>Says how training went on the validation images; returns the alpha that was decided on.</summary>
    private static double Conclude(RobustnessReport report, List<ValidationResult> curve, AlphaDecision choice)
    {
        if (curve.Count > 0) Console.Out.WriteLine("Accuracy on validation by epoch: " + Curve.InWords(curve));
        ReportTable.Print(report, choice, new ReportOptions());
        return choice.Alpha;
    }
}
