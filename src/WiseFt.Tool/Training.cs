using System.Globalization;
using System.Text;
using System.Text.Json;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary>What a training run is made of.</summary>
/// <param name="Model">Path of the CLIP model.</param>
/// <param name="Templates">Prompt templates of the zero-shot head.</param>
/// <param name="Words">The words for the classes in the prompts; null for the class names.</param>
/// <param name="Options">The recipe.</param>
/// <param name="Alpha">Mixing coefficient of the mixture that is written.</param>
/// <param name="Device">Where to compute; the CPU if null.</param>
/// <param name="Vocabulary">The tokenizer's vocabulary, where the model brings none; null for its own or OpenAI's.</param>
/// <param name="Checkpoints">Where the run saves itself on its way; null for nowhere.</param>
/// <param name="HeadCache">Where zero-shot heads are kept; null for nowhere.</param>
internal sealed record TrainingSettings(
    string Model, PromptTemplates Templates, IReadOnlyList<string>? Words, FineTuningOptions Options, double Alpha, Device? Device = null, string? Vocabulary = null,
    SnapshotOptions? Checkpoints = null, string? HeadCache = null);

/// <summary>Zero-shot head, fine-tuning and the files they leave, with progress on the terminal.</summary>
internal static class Training
{
    private static readonly JsonSerializerOptions _row = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Trains, writes the results, and goes on with both end points.</summary>
    /// <param name="settings">The run.</param>
    /// <param name="training">The training images.</param>
    /// <param name="output">Folder for the results; null to keep nothing.</param>
    /// <param name="then">What to do with the zero-shot and the fine-tuned classifier.</param>
    /// <param name="cancel">Stops before the next step; nothing but a checkpoint is left behind then.</param>
    public static T Run<T>(TrainingSettings settings, LabelledImages training, string? output, Func<ImageClassifier, ImageClassifier, T> then, CancellationToken cancel)
    {
        if (Directory.Exists(output)) AtomicFile.DeleteHalfWritten(output);
        using ImageClassifier zeroShot = BuildZeroShot(settings, training.ClassNames, cancel);
        var trace = new StringBuilder();
        using ImageClassifier fineTuned = FineTune(zeroShot, training, settings, trace, cancel);
        if (output is not null)
        {
            TrainedModel.Save(output, zeroShot, fineTuned, Describe(settings, training));
            AtomicFile.WriteText(Path.Combine(output, TrainedModel.TraceFile), trace.ToString());
            if (settings.Checkpoints is not null) TrainingSnapshots.Delete(settings.Checkpoints.Directory); // all is on disk: only now
        }
        return then(zeroShot, fineTuned);
    }

    /// <summary>The zero-shot classifier of a CLIP model.</summary>
    public static ImageClassifier BuildZeroShot(TrainingSettings settings, IReadOnlyList<string> classNames, CancellationToken cancel)
    {
        using ClipModel clip = ClipModel.Load(settings.Model, settings.Device, settings.Vocabulary);
        return Tracker.Run("Zero-shot head", "prompts", bar => ZeroShotHead.Build(
            clip, classNames, settings.Templates, settings.Words, settings.HeadCache, new Reporter<WorkProgress>(p => bar.Report(p.Done, p.Total)), cancel));
    }

    private static ImageClassifier FineTune(ImageClassifier zeroShot, LabelledImages training, TrainingSettings settings, StringBuilder trace, CancellationToken cancel) =>
        Tracker.Run("Fine-tuning", "images", bar =>
        {
            long images = 0, restored = 0, total = (long)training.Count * settings.Options.Epochs;
            return FineTuner.Run(zeroShot, training, settings.Options, settings.Checkpoints, new Reporter<FineTuningStep>(step =>
            {
                images += step.Images;
                if (step.Restored) restored = images;
                bar.Report(images, total, string.Create(CultureInfo.InvariantCulture, $"step {step.Step + 1}/{step.TotalSteps}  loss {step.Loss:0.000}"), restored);
                trace.Append(JsonSerializer.Serialize(new { step.Step, step.LearningRate, step.Loss, step.GradientNorm }, _row)).Append('\n');
            }), cancel);
        });

    private static TrainedModel.Settings Describe(TrainingSettings settings, LabelledImages training) => new()
    {
        ClassNames = [.. training.ClassNames],
        PromptWords = [.. settings.Words ?? training.ClassNames],
        Templates = [.. settings.Templates],
        Alpha = settings.Alpha,
        Options = settings.Options,
        Model = File.Exists(settings.Model) || Directory.Exists(settings.Model) ? Path.GetFullPath(settings.Model) : settings.Model,
        Vocabulary = settings.Vocabulary,
        ModelSha256 = ModelHash.Compute(settings.Model),
    };
}
