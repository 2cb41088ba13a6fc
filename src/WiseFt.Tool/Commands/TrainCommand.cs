using System.CommandLine;
using WiseFt.Training;

namespace WiseFt.Tool;

/// <summary><c>wiseft train</c>: zero-shot head, fine-tuning, and both end points and their mixture on disk.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> _model = SharedOptions.ClipModel();
    private static readonly Option<string> _train = new("--train") { Description = "Training images: a folder with one sub-folder a class, or KIND:PATH.", Required = true, HelpName = "DIR" };
    private static readonly Option<DirectoryInfo> _output = new("--output") { Description = "Folder for the results; created where missing.", Required = true, HelpName = "OUT" };
    private static readonly Option<string?> _validation = new("--validation") { Description = "Validation images: accuracy at alpha 0, --alpha and 1 is printed at the end.", HelpName = "DIR" };
    private static readonly Option<string> _mode = new("--mode") { Description = "What is trained: the whole image encoder with the head, or the head alone.", DefaultValueFactory = _ => "end-to-end" };
    private static readonly Option<double?> _alpha = SharedOptions.Alpha("Mixing coefficient of wiseft.safetensors and model.zip, in [0, 1] (default: 0.5).");
    private static readonly Option<int> _epochs = SharedOptions.Count("--epochs", 10, "How often every image is seen.", 1);
    private static readonly Option<double> _rate = SharedOptions.Number("--lr", 3e-5, "Peak learning rate.", x => x > 0, "a number greater than 0");
    private static readonly Option<int> _batch = SharedOptions.Count("--batch-size", 512, "Images in an optimiser step.", 1);
    private static readonly Option<int> _micro = SharedOptions.Count("--micro-batch-size", 32, "Images in memory at once; gradients are the same whatever it is.", 1);
    private static readonly Option<double> _decay = SharedOptions.Number("--weight-decay", 0.1, "AdamW's decay, on every parameter.", x => x >= 0, "a number of at least 0");
    private static readonly Option<int> _warmup = SharedOptions.Count("--warmup", 500, "Steps in which the learning rate rises; by default at most a tenth of all.", 0);
    private static readonly Option<double> _smoothing = SharedOptions.Number("--label-smoothing", 0, "Share of a label spread over all classes.", x => x is >= 0 and <= 1, "a number in [0, 1]");
    private static readonly Option<double> _clip = SharedOptions.Number("--clip-gradient-norm", 1, "Largest norm of the gradient.", x => x > 0, "a number greater than 0");
    private static readonly Option<string> _precision = new("--precision") { Description = "What the encoder's products are computed in: bfloat16 is faster where the processor or GPU multiplies it. Weights stay float32.", DefaultValueFactory = _ => "float32" };
    private static readonly Option<bool> _recompute = new("--activation-checkpointing") { Description = "Compute activations again for the gradient instead of keeping them: less memory, a third more time." };
    private static readonly Option<bool> _noAugmentation = new("--no-augmentation") { Description = "Do not crop images at random." };
    private static readonly Option<bool> _noShuffle = new("--no-shuffle") { Description = "Keep the images in the order of their paths." };
    private static readonly Option<string> _templates = SharedOptions.Templates();
    private static readonly Option<string?> _classNames = SharedOptions.ClassNames();
    private static readonly Option<string> _device = SharedOptions.Device();
    private static readonly Option<int> _seed = SharedOptions.Count("--seed", 0, "Decides the order of the images and their crops.", 0);
    private static readonly Option<string?> _vocabulary = SharedOptions.Vocabulary();
    private static readonly Option<string?> _headCache = SharedOptions.HeadCache();
    private static readonly Option<string?> _featureCache = new("--feature-cache") { Description = "Folder where a linear classifier's image features are kept, so that they are encoded once.", HelpName = "DIR" };
    private static readonly Option<bool> _skip = SharedOptions.SkipBadImages();
    private static readonly Option<bool> _resume = new("--resume") { Description = "Go on where a run that was stopped left off; its result is the same as without the stop." };
    private static readonly Option<double> _minutes = SharedOptions.Number(
        "--checkpoint-minutes", 5, "Minutes between two checkpoints in OUT/.checkpoints; 0 for one after each step.", x => x is >= 0 and <= 1e6, "a number of at least 0");

    public static Command Create()
    {
        _mode.AcceptOnlyFromAmong("end-to-end", "linear");
        _precision.AcceptOnlyFromAmong("float32", "bfloat16");
        var command = new ToolCommand(
            "train", "Fine-tune a CLIP model on a folder of images and mix it with its zero-shot self.",
            "wiseft train --model clip-vit-base-patch32 --train data/train --validation data/val --output out",
            "Leaves zeroshot, finetuned and wiseft.safetensors, model.zip (the ML.NET pipeline), training.jsonl and config.json in OUT. A run that is stopped goes on with --resume.\n" + SharedOptions.Layouts)
        {
            _model, _train, _output, _validation, _mode, _alpha, _epochs, _rate, _batch, _micro, _decay, _warmup, _smoothing, _clip,
            _noAugmentation, _noShuffle, _templates, _classNames, _vocabulary, _device, _seed, _skip, _precision, _recompute, _headCache, _featureCache, _resume, _minutes,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => RunOrSave(parsed, cancel), cancel));
        return command;
    }

    private static int RunOrSave(ParseResult parsed, CancellationToken cancel)
    {
        SnapshotOptions checkpoints = Checkpoints(parsed);
        if (!checkpoints.Resume && TrainingSnapshots.Exist(checkpoints.Directory))
            throw new CheckpointException(
                $"{checkpoints.Directory} holds checkpoints of a run that has not ended. Go on with it:\n  {GoOn(parsed)}\nor delete that folder to start anew.");
        try
        {
            return Run(parsed, checkpoints, cancel);
        }
        catch (OperationCanceledException) when (TrainingSnapshots.Exist(checkpoints.Directory))
        {
            Output.Remark($"Interrupted. The run is saved in {checkpoints.Directory}. Go on with it:\n  {GoOn(parsed)}");
            return CommandLine.Interrupted;
        }
    }

    private static SnapshotOptions Checkpoints(ParseResult parsed) => new()
    {
        Directory = Path.Combine(parsed.GetRequiredValue(_output).FullName, ".checkpoints"),
        Every = TimeSpan.FromMinutes(parsed.GetValue(_minutes)),
        Resume = parsed.GetValue(_resume),
        DeleteWhenDone = false, // only when the results are written
        Notes = new Reporter<string>(Output.RemarkAboveBar),
    };

    /// <summary>The command line that goes on with this run.</summary>
    private static string GoOn(ParseResult parsed)
    {
        IEnumerable<string> words = parsed.Tokens.Select(t => t.Value).Where(word => word != _resume.Name);
        return string.Join(' ', words.Prepend("wiseft").Append(_resume.Name).Select(Quoted));
    }

    private static string Quoted(string word)
    {
        const string Plain = "-_./:=,+@";
        if (word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal) || (c == '\\' && OperatingSystem.IsWindows()))) return word;
        return OperatingSystem.IsWindows() ? $"\"{word}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static int Run(ParseResult parsed, SnapshotOptions checkpoints, CancellationToken cancel)
    {
        string output = parsed.GetRequiredValue(_output).FullName;
        bool skip = parsed.GetValue(_skip);
        double alpha = parsed.GetValue(_alpha) ?? 0.5;
        LabelledImages training = ImageSets.Load(DataSource.Parse(_train.Name, parsed.GetRequiredValue(_train)), null, skip, cancel);
        LabelledImages? validation = parsed.GetValue(_validation) is string source ? ImageSets.LoadReference(_validation.Name, DataSource.Parse(_validation.Name, source), training.ClassNames, skip, cancel) : null;
        var settings = new TrainingSettings(
            parsed.GetRequiredValue(_model), PromptTemplates.Parse(parsed.GetRequiredValue(_templates)),
            SharedOptions.ReadClassNames(parsed.GetValue(_classNames), training.ClassNames), Recipe(parsed), alpha, SharedOptions.ParseDevice(parsed.GetRequiredValue(_device)), parsed.GetValue(_vocabulary), checkpoints,
            parsed.GetValue(_headCache));
        TrainedModel.RequireWritable(output);
        Output.Remark($"{training.Count} training images of {training.ClassNames.Count} classes; {settings.Options.TotalSteps(training.Count)} steps.");
        RobustnessReport? report = Training.Run(settings, training, output, (zeroShot, fineTuned) =>
            validation is null ? null : Sweeping.Run(zeroShot, fineTuned, validation, [], [0, alpha, 1], cancel), cancel);
        if (report is not null) ReportTable.Print(report);
        Console.Out.WriteLine($"Wrote {output}: {TrainedModel.ZeroShotFile}, {TrainedModel.FineTunedFile}, {TrainedModel.MixtureFile}, {TrainedModel.PipelineZip}, {TrainedModel.TraceFile}, {TrainedModel.SettingsFile}.");
        return 0;
    }

    private static FineTuningOptions Recipe(ParseResult parsed) => new()
    {
        Mode = parsed.GetValue(_mode) == "linear" ? FineTuningMode.LinearClassifier : FineTuningMode.EndToEnd,
        Epochs = parsed.GetValue(_epochs),
        LearningRate = parsed.GetValue(_rate),
        BatchSize = parsed.GetValue(_batch),
        MicroBatchSize = parsed.GetValue(_micro),
        FeatureCacheDirectory = parsed.GetValue(_featureCache),
        Precision = parsed.GetValue(_precision) == "bfloat16" ? Precision.BFloat16 : Precision.Float32,
        ActivationCheckpointing = parsed.GetValue(_recompute),
        WeightDecay = parsed.GetValue(_decay),
        WarmupSteps = parsed.GetResult(_warmup) is { Implicit: false } ? parsed.GetValue(_warmup) : null,
        LabelSmoothing = parsed.GetValue(_smoothing),
        ClipGradientNorm = parsed.GetValue(_clip),
        Augmentation = !parsed.GetValue(_noAugmentation),
        Shuffle = !parsed.GetValue(_noShuffle),
        Seed = parsed.GetValue(_seed),
    };
}
