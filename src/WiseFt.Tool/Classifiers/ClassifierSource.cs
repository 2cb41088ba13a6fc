using Microsoft.ML;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.ML;
using WiseFt.Models;
using WiseFt.Runs;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary>Where a classifier is: a trained folder, an ML.NET model, one file of a classifier, two checkpoints, or a CLIP model with
/// the words for its classes.</summary>
internal sealed record ClassifierSource
{
    /// <summary>What <c>--model</c> says; null where there are two checkpoints.</summary>
    public string? Model { get; init; }

    /// <summary>The checkpoint at alpha 0; null where there is one model.</summary>
    public string? ZeroShot { get; init; }

    /// <summary>The checkpoint at alpha 1; null where there is one model.</summary>
    public string? FineTuned { get; init; }

    /// <summary>The classes of checkpoints that have none; null where they are not given.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The prompts that a CLIP model's head is made of.</summary>
    public required PromptTemplates Templates { get; init; }

    /// <summary>Where heads are kept; null for nowhere.</summary>
    public string? HeadCache { get; init; }

    /// <summary>How a CLIP model is opened.</summary>
    public ClipOverrides Overrides { get; init; } = new();

    /// <summary>Where to compute.</summary>
    public required Device Device { get; init; }

    /// <summary>What is read, for the refusal of outputs that are inputs.</summary>
    public (string Flag, string? Path)[] Inputs =>
        [("--model", Model), ("--zero-shot", ZeroShot), ("--fine-tuned", FineTuned)];

    /// <summary>In words, for a report.</summary>
    public string Name => Model ?? $"{ZeroShot} and {FineTuned}";

    /// <summary>How the model was trained, where its folder says it.</summary>
    public TrainedModel.Settings? TrainedWith => Model is null ? null : TrainedModel.FindSettings(
        Path.GetFileName(Model) == TrainedModel.PipelineZip ? Path.GetDirectoryName(Path.GetFullPath(Model))! : Model);

    /// <summary>Whether a path holds a classifier rather than a CLIP model.</summary>
    public static bool IsTrained(string path) =>
        TrainedModel.IsIn(path) || IsPipeline(path) || ClassifierFile.IsClassifier(path);

    /// <summary>Reads both end points; of one model, that model as both.</summary>
    /// <exception cref="CheckpointException">It is no classifier, or damaged.</exception>
    public MixableClassifier Load(CancellationToken cancel)
    {
        if (Model is null)
            return LoadOne(ZeroShot!, "--zero-shot", cancel).OrDispose(zeroShot =>
                new MixableClassifier(zeroShot, LoadOne(FineTuned!, "--fine-tuned", cancel), MixingCoefficient.Default));
        if (TrainedModel.IsIn(Model))
        {
            TrainedModel trained = TrainedModel.Load(Model, Device);
            return new MixableClassifier(trained.ZeroShot, trained.FineTuned, trained.TrainedWith.Alpha);
        }
        return IsPipeline(Model) ? Read(Model, LoadEndPoints) : new MixableClassifier(LoadOne(Model, "--model", cancel));
    }

    /// <summary>Reads the classifier at a mixing coefficient, and no more of the model than that needs; the caller disposes it.</summary>
    /// <param name="alpha">The coefficient; the model's own if null.</param>
    /// <param name="cancel">Stops between prompts.</param>
    /// <exception cref="CheckpointException">It is no classifier, or damaged.</exception>
    /// <exception cref="UsageException">A coefficient is given for one model.</exception>
    public ImageClassifier LoadMixture(double? alpha, CancellationToken cancel)
    {
        if (Model is not null && TrainedModel.IsIn(Model)) return TrainedModel.LoadMixture(Model, alpha, Device);
        return Load(cancel).IntoMixture(alpha, Name);
    }

    /// <summary>The zero-shot classifier of a run's CLIP model; the caller disposes it.</summary>
    public static ImageClassifier BuildZeroShot(TrainingRun run, IReadOnlyList<string> classNames, CancellationToken cancel) =>
        Tracker.Run("Zero-shot head", "prompts", bar => run.BuildZeroShot(classNames, bar, cancel));

    private static bool IsPipeline(string path) =>
        File.Exists(path) && Path.GetExtension(path).ToUpperInvariant() is ".ZIP" or ".MLNET";

    /// <summary>One classifier of a file, or of a CLIP model and the classes' words.</summary>
    private ImageClassifier LoadOne(string path, string flag, CancellationToken cancel)
    {
        if (IsPipeline(path)) return Read(path, model => FinalClassifier.FindIn(model).Model.Use(Copy));
        if (ClassifierFile.IsClassifier(path)) return ImageClassifier.Load(path, Device);
        Mistake.RefuseOtherKinds(path, flag);
        if (Classes is null)
            throw new CheckpointException(
                $"{path} is a CLIP model or nothing: it has no classes. Give them with --classes \"cat,dog,car\", train it with " +
                "`wiseft train`, or name what `wiseft train` left: its folder, model.zip, or a .safetensors file of it.");
        var run = new TrainingRun
        {
            Model = path,
            Templates = Templates,
            Device = Device,
            Overrides = Overrides,
            Notes = new Reporter<string>(Output.Remark),
            HeadCache = HeadCache,
        };
        return BuildZeroShot(run, Classes, cancel);
    }

    private MixableClassifier LoadEndPoints(ITransformer model)
    {
        if (!Chains.Flatten(model).OfType<IMixtureTransformer>().Any(t => t.HasEndPoints))
            return new MixableClassifier(FinalClassifier.FindIn(model).Model.Use(Copy));
        IMixtureTransformer mixture = MixtureTransformers.FindIn(model);
        return mixture.RequireEndPoints().Use(ends => ends.Use((zeroShot, fineTuned) =>
            Copy(zeroShot).OrDispose(first => new MixableClassifier(first, Copy(fineTuned), mixture.Alpha))));
    }

    private static T Read<T>(string path, Func<ITransformer, T> use)
    {
        try
        {
            ITransformer model = new MLContext().Model.Load(path, out _);
            using var owned = model as IDisposable;
            return use(model);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or InvalidOperationException)
        {
            throw new CheckpointException(
                $"{path} is no ML.NET model with a CLIP classifier: {e.Message} Expected the model.zip of `wiseft train`, or a file that " +
                "mlContext.Model.Save wrote.", e);
        }
    }

    private ImageClassifier Copy(ImageClassifier model) => model.WithWeights(model.Weights, Device);
}
