using System.CommandLine;
using WiseFt.Evaluation;
using WiseFt.Models;
using WiseFt.Runs;
using WiseFt.Training;

namespace WiseFt.Tool;

/// <summary><c>wiseft train</c>: zero-shot head, fine-tuning, and both end points and their mixture on disk.</summary>
internal static class TrainCommand
{
    private const string ResumeFlag = "--resume";

    private static readonly Option<string> _model = SharedOptions.ClipModel();
    private static readonly Option<string> _train = new("--train")
    {
        Description = "Training images: a folder with one sub-folder a class, or KIND:PATH.", Required = true, HelpName = "DIR",
    };

    private static readonly Option<DirectoryInfo> _output = new("--output")
    {
        Description = "Folder for the results; created where missing.", Required = true, HelpName = "OUT",
    };

    private static readonly Option<string?> _validation = new("--validation")
    {
        Description = "Validation images: accuracy at alpha 0, --alpha and 1 is printed at the end.", HelpName = "DIR",
    };

    private static readonly Option<double?> _alpha =
        SharedOptions.Alpha("Mixing coefficient of wiseft.safetensors and model.zip, in [0, 1]");

    private static readonly OptionSet<FineTuningOptions> _recipe = SharedOptions.Recipe(new())
        .Number(
            "--micro-batch-size", "Images in memory at once; gradients are the same whatever it is.",
            o => o.MicroBatchSize, (o, size) => o with { MicroBatchSize = size })
        .Number("--weight-decay", "AdamW's decay, on every parameter.", o => o.WeightDecay, (o, decay) => o with { WeightDecay = decay })
        .Number(
            "--warmup", "Steps in which the learning rate rises; by default at most a tenth of all.",
            o => o.WarmupSteps ?? FineTuningOptions.RecipeWarmupSteps, (o, steps) => o with { WarmupSteps = steps })
        .Number(
            "--label-smoothing", "Share of a label spread over all classes.",
            o => o.LabelSmoothing, (o, share) => o with { LabelSmoothing = share })
        .Number(
            "--clip-gradient-norm", "Largest norm of the gradient.",
            o => o.ClipGradientNorm, (o, norm) => o with { ClipGradientNorm = norm })
        .Switch("--no-augmentation", "Do not crop images at random.", (o, on) => o with { Augmentation = !on })
        .Switch("--no-shuffle", "Keep the images in the order of their paths.", (o, on) => o with { Shuffle = !on })
        .Choice(
            "--precision",
            "What the encoder's products are computed in: bfloat16 is faster where the processor or GPU multiplies it. " +
            "Weights stay float32.",
            o => o.Precision, (o, precision) => o with { Precision = precision },
            ("float32", Precision.Float32), ("bfloat16", Precision.BFloat16))
        .Switch(
            "--activation-checkpointing",
            "Compute activations again for the gradient instead of keeping them: less memory, a third more time.",
            (o, on) => o with { ActivationCheckpointing = on })
        .Text(
            "--feature-cache", "Folder where a linear classifier's image features are kept, so that they are encoded once.", "DIR",
            (o, folder) => o with { FeatureCacheDirectory = folder });

    // Snapshots are deleted only when the results are written. Their folder lies in OUT.
    private static readonly OptionSet<SnapshotOptions> _snapshots =
        new OptionSet<SnapshotOptions>(new() { Directory = ".checkpoints", DeleteWhenDone = false })
        .Switch(
            ResumeFlag, "Go on where a run that was stopped left off; its result is the same as without the stop.",
            (o, on) => o with { Resume = on })
        .Number(
            "--checkpoint-minutes", "Minutes between two checkpoints in OUT/.checkpoints; 0 for one after each step.",
            o => o.Every.TotalMinutes, (o, minutes) => o with { Every = TimeSpan.FromMinutes(minutes) });

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
            "wiseft train --model clip-vit-base-patch32 --train data/train --validation data/val --output out",
            "Leaves zeroshot, finetuned and wiseft.safetensors, model.zip (the ML.NET pipeline), training.jsonl and config.json in OUT. " +
            "A run that is stopped goes on with --resume.\n" + SharedOptions.Layouts)
        {
            _model, _train, _output, _validation, _alpha, _recipe, _templates, _classNames, _overrides, _headCache, _device, _skip,
            _snapshots,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => RunOrSave(parsed, cancel), cancel));
        return command;
    }

    private static int RunOrSave(ParseResult parsed, CancellationToken cancel)
    {
        SnapshotOptions snapshots = Snapshots(parsed);
        if (!snapshots.Resume && TrainingSnapshots.Exist(snapshots.Directory))
            throw new CheckpointException(
                $"{snapshots.Directory} holds checkpoints of a run that has not ended. Go on with it:\n  {GoOn(parsed)}\n" +
                "or delete that folder to start anew.");
        try
        {
            return Run(parsed, snapshots, cancel);
        }
        catch (OperationCanceledException) when (TrainingSnapshots.Exist(snapshots.Directory))
        {
            Output.Remark($"Interrupted. The run is saved in {snapshots.Directory}. Go on with it:\n  {GoOn(parsed)}");
            return ToolCommand.Interrupted;
        }
    }

    private static SnapshotOptions Snapshots(ParseResult parsed)
    {
        SnapshotOptions options = _snapshots.Read(parsed);
        return options with
        {
            Directory = Path.Combine(parsed.GetRequiredValue(_output).FullName, options.Directory),
            Notes = new Reporter<string>(Output.RemarkAboveBar),
        };
    }

    /// <summary>The command line that goes on with this run.</summary>
    private static string GoOn(ParseResult parsed)
    {
        IEnumerable<string> words = parsed.Tokens.Select(t => t.Value).Where(word => word != ResumeFlag);
        return string.Join(' ', words.Prepend("wiseft").Append(ResumeFlag).Select(Quoted));
    }

    private static string Quoted(string word)
    {
        const string Plain = "-_./:=,+@";
        if (word.Length > 0
            && word.All(c =>
                char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal) || (c == '\\' && OperatingSystem.IsWindows())))
            return word;
        return OperatingSystem.IsWindows() ? $"\"{word}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static int Run(ParseResult parsed, SnapshotOptions snapshots, CancellationToken cancel)
    {
        string output = parsed.GetRequiredValue(_output).FullName;
        bool skip = parsed.GetValue(_skip);
        LabelledImages training = ImageSets.Load(_train.Name, parsed.GetRequiredValue(_train), skip, cancel);
        LabelledImages? validation = parsed.GetValue(_validation) is not string source ? null : ImageSets.LoadReference(
            _validation.Name, UsageException.Naming(_validation.Name, () => DataSource.Parse(source)), training.ClassNames, skip, cancel);
        var run = new TrainingRun
        {
            Model = parsed.GetRequiredValue(_model),
            Templates = PromptTemplates.Parse(parsed.GetRequiredValue(_templates)),
            Words = SharedOptions.ReadClassNames(parsed.GetValue(_classNames), training.ClassNames),
            Options = _recipe.Read(parsed),
            Alpha = parsed.GetValue(_alpha) ?? MixingCoefficient.Default,
            Device = SharedOptions.ParseDevice(parsed.GetRequiredValue(_device)),
            Overrides = _overrides.Read(parsed),
            Notes = new Reporter<string>(Output.RemarkAboveBar),
            Snapshots = snapshots,
            HeadCache = parsed.GetValue(_headCache),
        };
        SharedOptions.RequireWritable(output);
        int steps = run.Options.TotalSteps(training.Count);
        Output.Remark($"{training.Count} training images of {training.ClassNames.Count} classes; {steps} steps.");
        RobustnessReport? report = Phases.Train(run, training, output, (zeroShot, fineTuned) => validation is null ? null
            : Phases.Sweep(zeroShot, fineTuned, validation, [], new AlphaSweepOptions { Alphas = [0, run.Alpha, 1] }, cancel), cancel);
        if (report is not null) ReportTable.Print(report);
        Console.Out.WriteLine(
            $"Wrote {output}: {TrainedModel.ZeroShotFile}, {TrainedModel.FineTunedFile}, {TrainedModel.MixtureFile}, " +
            $"{TrainedModel.PipelineZip}, {TrainedModel.TraceFile}, {TrainedModel.SettingsFile}.");
        return 0;
    }
}
