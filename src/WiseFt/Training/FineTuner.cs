using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Tensors;
using WiseFt.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdamW = WiseFt.Training.AdamW;

namespace WiseFt;

/// <summary>Fine-tuning of a zero-shot classifier on labelled images, end to end or of the head alone.</summary>
public static class FineTuner
{
    private const int NamedImages = 64;
    private const int SoundImages = 4; // enough: weights that are too large are so for every image

    /// <summary>Fine-tunes a copy of a classifier; the classifier itself stays as it is.</summary>
    /// <param name="zeroShot">Where training starts.</param>
    /// <param name="training">Images of the classifier's classes, of at least two of them.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="progress">Is told about every step, on the calling thread's context as <see cref="IProgress{T}"/> has it.</param>
    /// <param name="cancel">Stops before the next step.</param>
    /// <inheritdoc
    ///     cref="Run(ImageClassifier, LabelledImages, FineTuningOptions, SnapshotOptions, IProgress{FineTuningStep}, CancellationToken)"
    ///     path="/returns|/exception|/remarks"/>
    public static ImageClassifier Run(
        ImageClassifier zeroShot, LabelledImages training, FineTuningOptions options, IProgress<FineTuningStep>? progress = null,
        CancellationToken cancel = default) =>
        Run(zeroShot, training, options, snapshots: null, progress, cancel);

    /// <summary>Fine-tunes a copy of a classifier and saves the run on its way, so that it can go on where it was stopped.</summary>
    /// <param name="zeroShot">Where training starts.</param>
    /// <param name="training">Images of the classifier's classes, of at least two of them.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="snapshots">Where and how often to save, and whether to go on from what is there; null to save nothing.</param>
    /// <param name="progress">Is told about every step, on the calling thread's context as <see cref="IProgress{T}"/> has it; of a run
    /// that goes on, about the steps done before too, first.</param>
    /// <param name="cancel">Stops before the next step, after a snapshot of the last one.</param>
    /// <returns>The classifier after the last step; with early stopping after the last step of the best epoch.</returns>
    /// <exception cref="ArgumentException">The class names differ, all images that count are of one class, the class weights are for other
    /// classes, or early stopping has no validation images.</exception>
    /// <exception cref="ImageException">An image cannot be read, or its file has changed since the run began.</exception>
    /// <exception cref="FineTuningException">The loss, the gradient, a weight or a logit is no number any more.</exception>
    /// <exception cref="CheckpointException">The snapshots are of another run or damaged, or there are some and the options do not
    /// say to go on.</exception>
    /// <exception cref="IOException">A snapshot cannot be written; the one before is whole.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <remarks>Source: the paper, section 4 and appendix D.2; mlfoundations/wise-ft src/models/finetune.py. AdamW with decay on every
    /// parameter, warm-up and cosine by step, gradient norm clipped, head on normalised features with its bias trained, last epoch kept.
    /// Differs from it: gradients may be summed over parts of a batch; seeded.</remarks>
    public static ImageClassifier Run(
        ImageClassifier zeroShot, LabelledImages training, FineTuningOptions options, SnapshotOptions? snapshots,
        IProgress<FineTuningStep>? progress = null, CancellationToken cancel = default) =>
        Run(zeroShot, training, options, snapshots, validation: null, progress, cancel);

    /// <summary>Fine-tunes a copy of a classifier and measures it after every epoch on images that it is not trained on.</summary>
    /// <param name="zeroShot">Where training starts.</param>
    /// <param name="training">Images of the classifier's classes, of at least two of them.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="snapshots">Where and how often to save, and whether to go on from what is there; null to save nothing.</param>
    /// <param name="validation">Images of the classifier's classes: the last step of an epoch says how the model does on them
    /// (<see cref="FineTuningStep.Validation"/>). They decide no weight, unless
    /// <see cref="FineTuningOptions.EarlyStoppingPatience"/> says so. Null for none.</param>
    /// <param name="progress">As above.</param>
    /// <param name="cancel">As above.</param>
    /// <inheritdoc
    ///     cref="Run(ImageClassifier, LabelledImages, FineTuningOptions, SnapshotOptions, IProgress{FineTuningStep}, CancellationToken)"
    ///     path="/returns|/exception|/remarks"/>
    public static ImageClassifier Run(
        ImageClassifier zeroShot, LabelledImages training, FineTuningOptions options, SnapshotOptions? snapshots,
        LabelledImages? validation, IProgress<FineTuningStep>? progress = null, CancellationToken cancel = default) =>
        Run(zeroShot, training, options, snapshots, validation, progress, cancel, encoding: null);

    /// <summary>The same, told about the work before the first step too.</summary>
    /// <param name="zeroShot">As above.</param>
    /// <param name="training">As above.</param>
    /// <param name="options">As above.</param>
    /// <param name="snapshots">As above.</param>
    /// <param name="validation">As above.</param>
    /// <param name="progress">As above.</param>
    /// <param name="cancel">As above.</param>
    /// <param name="encoding">Is told how many training images are encoded for a linear classifier; null for nobody.</param>
    internal static ImageClassifier Run(
        ImageClassifier zeroShot, LabelledImages training, FineTuningOptions options, SnapshotOptions? snapshots,
        LabelledImages? validation, IProgress<FineTuningStep>? progress, CancellationToken cancel, IProgress<WorkProgress>? encoding)
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        RequireTrainable(zeroShot, training, options);
        if (options.EarlyStoppingPatience is int patience && validation is null)
            throw new ArgumentException(
                $"{nameof(FineTuningOptions.EarlyStoppingPatience)} is {patience}, and there are no validation images to decide on the " +
                "epoch; expected some of the same classes that are not trained on. Give them as validation, or set it to null.",
                nameof(validation));
        ImageStamps stamps = ImageStamps.Of(training);
        using TrainingSnapshots? saved = snapshots is null ? null : TrainingSnapshots.Open(
            snapshots, zeroShot, training, options, validation, cancel);
        using LinearFeatures? features = options.Mode == FineTuningMode.LinearClassifier
            ? LinearFeatures.Of(zeroShot, training, stamps, options.FeatureCacheDirectory, encoding, cancel)
            : null;
        using EpochValidation? measured = validation is null ? null : EpochValidation.Of(zeroShot, validation, options, cancel);
        TrainingInput input = features is null
            ? TrainingInput.OfPixels(training, zeroShot.Preprocessor, options, stamps)
            : TrainingInput.OfFeatures(training, features, options);
        ImageClassifier fineTuned = Run(zeroShot, input, options, saved, progress, cancel, measured);
        saved?.Finish();
        return fineTuned;
    }

    /// <summary>Fine-tunes on any input: the whole recipe in one place.</summary>
    internal static ImageClassifier Run(
        ImageClassifier zeroShot, TrainingInput input, FineTuningOptions options, TrainingSnapshots? snapshots,
        IProgress<FineTuningStep>? progress, CancellationToken cancel, EpochValidation? validation = null) =>
        zeroShot.WithWeights(zeroShot.Weights).OrDispose(model =>
        {
            bool endToEnd = options.Mode == FineTuningMode.EndToEnd;
            int stepsPerEpoch = options.StepsPerEpoch(input.Count);
            CosineSchedule schedule = options.Schedule(input.Count);
            using Tensor? classWeights = input.Weights.OfClasses(model.Device);
            Objective objective = Objectives.Of(options, classWeights);
            model.SetTraining(endToEnd);
            IReadOnlyList<Parameter> parameters = model.TrainableParameters(withEncoder: endToEnd);
            using var optimiser = new AdamW(parameters, options.WeightDecay);
            using var run = new TrainingState(model, optimiser, endToEnd, keepsBest: options.EarlyStoppingPatience is not null);
            snapshots?.Restore(run, schedule.TotalSteps);
            ValidationResult? Validate(int steps) => steps % stepsPerEpoch == 0 ? validation?.Measure(model, cancel) : null;
            // A run that was stopped while it measured goes on with that.
            if (run.Steps > 0 && run.Trace[^1].Validation is null) run.AddToLast(Validate(run.Steps));
            foreach (FineTuningStep done in run.Trace) progress?.Report(done);
            void RequireSound() => FineTuner.RequireSound(model, input, options, run.Trace, snapshots);
            bool Ends() => EarlyStopping.EndsAfter(run.Trace, options.EarlyStoppingPatience);
            for (int epoch = run.Steps / stepsPerEpoch; epoch < options.Epochs && !Ends(); epoch++)
            {
                int[][] batches = [.. TrainingInput.Order(input.Count, options, epoch).Chunk(options.BatchSize)
                    .Skip(run.Steps - epoch * stepsPerEpoch)];
                int[][] parts = [.. batches.SelectMany(b => b.Chunk(options.MicroBatchSize))];
                using IEnumerator<MicroBatch> loaded = MicroBatch.Prefetch(input, parts, epoch, model.Device).GetEnumerator();
                foreach (int[] batch in batches)
                {
                    if (cancel.IsCancellationRequested) snapshots?.Save(run, RequireSound);
                    cancel.ThrowIfCancellationRequested();
                    double loss = 0, total = input.Weights.Sum(batch, input.Labels);
                    for (int done = 0; done < batch.Length; done += options.MicroBatchSize)
                    {
                        loaded.MoveNext();
                        using MicroBatch part = loaded.Current;
                        loss += Backward(
                            model, part, options,
                            (features, logits, labels, weights) =>
                                objective(features, logits, labels, weights, zeroShot.Weights, total));
                    }
                    double norm = GradientNorm(parameters);
                    double rate = schedule.At(run.Steps);
                    RequireFinite(loss, norm, run.Steps, schedule.TotalSteps, rate, [.. batch.Select(input.Name)], snapshots);
                    optimiser.Step(rate, Math.Min(1.0, options.ClipGradientNorm / (norm + 1e-6)));
                    run.Add(new FineTuningStep
                    {
                        Step = run.Steps,
                        TotalSteps = schedule.TotalSteps,
                        Epoch = epoch,
                        Images = batch.Length,
                        LearningRate = rate,
                        Loss = loss,
                        GradientNorm = norm,
                        Validation = Validate(run.Steps + 1),
                    });
                    progress?.Report(run.Trace[^1]);
                    snapshots?.SaveIfDue(run, RequireSound);
                }
            }
            // Cancelled while the last epoch was measured: which one to keep is not known yet.
            if (options.EarlyStoppingPatience is not null && run.Trace[^1].KeptEpoch is null)
            {
                snapshots?.Save(run, RequireSound);
                cancel.ThrowIfCancellationRequested();
            }
            run.UseKept();
            RequireSound();
            model.SetTraining(false);
            model.ClearGradients();
        });

    /// <summary>Adds a part's share of the batch's gradient; returns its share of the batch's loss.</summary>
    private static double Backward(
        ImageClassifier model, MicroBatch part, FineTuningOptions options, Func<Tensor, Tensor, Tensor, Tensor?, Tensor> objective)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = enable_grad();
        using IDisposable products = Products.In(options.Precision);
        Tensor input = part.Input.to(model.Device, non_blocking: true), labels = part.Labels.to(model.Device, non_blocking: true);
        Tensor? weights = part.Weights?.to(model.Device, non_blocking: true);
        if (options.RecomputesActivations) return ActivationCheckpointing.Run(model.EncoderStages()!, input, Loss);
        Tensor loss = Loss(options.Mode == FineTuningMode.EndToEnd ? model.ForwardEncoder(input) : input);
        loss.backward();
        return loss.item<float>();

        Tensor Loss(Tensor features)                                                                   // (N, E)
        {
            using Tensor logits = model.ForwardHead(features);                                         // (N, K)
            return objective(features, logits, labels, weights);
        }
    }

    /// <summary>Euclidean norm over all gradients.</summary>
    private static double GradientNorm(IReadOnlyList<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Tensor[] norms = [.. parameters.Select(p => p.grad).OfType<Tensor>().Select(g => g.norm())];
        return stack(norms).norm().item<float>();
    }

    private static void RequireTrainable(ImageClassifier zeroShot, LabelledImages training, FineTuningOptions options)
    {
        if (options.RecomputesActivations && zeroShot.EncoderStages() is null)
            throw new ArgumentException(
                $"ActivationCheckpointing is for vision transformers, and this model is a {zeroShot.Spec.Vision.Tower.Name}: " +
                "its batch normalisation would gather its statistics twice. Lower MicroBatchSize instead.",
                nameof(options));
        if (!zeroShot.ClassNames.SequenceEqual(training.ClassNames, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The classes of the classifier are {Listed.Counted(zeroShot.ClassNames)} and those of the training images " +
                $"{Listed.Counted(training.ClassNames)}; expected the same names in the same order.", nameof(training));
        RequireTwoClasses(training, LossWeights.Of(training, options));
    }

    private static void RequireTwoClasses(LabelledImages training, LossWeights weights)
    {
        if (training.Labels.Distinct().Take(2).Count() < 2)
            throw new ArgumentException(
                $"All {training.Count} training images are of one class " +
                $"({Listed.First(training.Labels.Take(1).Select(l => training.ClassNames[l]))}); " +
                "expected at least two classes. Add images of others.",
                nameof(training));
        int[] counting = [.. Enumerable.Range(0, training.Count).Where(i => weights.Of(i, training.Labels[i]) > 0)];
        if (counting.Select(i => training.Labels[i]).Distinct().Take(2).Count() < 2)
            throw new ArgumentException(
                $"{counting.Length} of {training.Count} training images weigh more than 0, class weights included, and " +
                "they are of less than two classes; expected at least two. Raise the weights of others.",
                nameof(training));
    }

    private static void RequireFinite(
        double loss, double norm, int step, int totalSteps, double rate, string[] images, TrainingSnapshots? snapshots)
    {
        if (double.IsFinite(loss) && double.IsFinite(norm)) return;
        string rest = images.Length > NamedImages ? FormattableString.Invariant($" and {images.Length - NamedImages} more") : "";
        throw Diverged(
            FormattableString.Invariant(
                $"Step {step + 1} of {totalSteps}: the loss is {loss} and the gradient's norm {norm} (learning rate {rate:g3})."),
            snapshots,
            FormattableString.Invariant($" The batch's {images.Length} images: {Listed.First(images, NamedImages)}{rest}."));
    }

    /// <summary>Throws where the last update, which no loss has shown yet, made weights or logits NaN or infinite.</summary>
    private static void RequireSound(
        ImageClassifier model, TrainingInput input, FineTuningOptions options, IReadOnlyList<FineTuningStep> trace,
        TrainingSnapshots? snapshots)
    {
        if (trace.Count == 0) return;
        bool endToEnd = options.Mode == FineTuningMode.EndToEnd;
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using IDisposable products = Products.In(options.Precision);
        model.SetTraining(false);
        string? bad = model.Weights.FirstOrDefault(w => !Finite.IsFinite(w.Value)).Key is { } name ? $"'{name}' has" : null;
        if (bad is null)
        {
            Tensor images = input.Load([.. Enumerable.Range(0, Math.Min(SoundImages, input.Count))], 0).to(model.Device);
            Tensor logits = model.ForwardHead(endToEnd ? model.ForwardEncoder(images) : images); // (N, K)
            if (Finite.RowOfNone(logits) is >= 0 and var row) bad = $"the logits of {input.Name(row)} have";
        }
        model.SetTraining(endToEnd);
        if (bad is null) return;
        FineTuningStep last = trace[^1];
        throw Diverged(
            FormattableString.Invariant(
                $"After step {last.Step + 1} of {last.TotalSteps} {bad} numbers that are none (learning rate {last.LearningRate:g3})."),
            snapshots);
    }

    private static FineTuningException Diverged(string what, TrainingSnapshots? snapshots, string images = "") => new(
        what + " Training has diverged: lower the learning rate or lengthen the warm-up, and check that the model's weights are finite." +
        (snapshots is null ? "" : " " + snapshots.LastGood) + images);
}
