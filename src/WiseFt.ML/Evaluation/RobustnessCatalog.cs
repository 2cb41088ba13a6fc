using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt;
using WiseFt.Evaluation;
using WiseFt.Images;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>Evaluation under distribution shift on <c>mlContext.MulticlassClassification</c>.</summary>
public static class RobustnessCatalog
{
    /// <summary>Accuracy of the mixtures of a WiSE-FT model, or of a weight ensemble with its base, on the reference distribution and under
    /// every shift, at many mixing coefficients.</summary>
    /// <param name="catalog">The context's <c>MulticlassClassification</c>.</param>
    /// <param name="model">A WiSE-FT transformer or a weight ensemble with a base, or a model that contains one; the transformers before it
    /// are applied to the data.</param>
    /// <param name="reference">Test data of the reference distribution:
    /// the model's image column, and its label column as key or as text.</param>
    /// <param name="shifts">Test data of other distributions by name; may be empty or null.</param>
    /// <param name="alphas">Mixing coefficients in [0, 1]; if null, 0 to 1 in steps of 0.1.</param>
    /// <param name="outputEnsembles">Whether the output-space ensembles are evaluated too; needs 0 and 1 among the alphas.</param>
    /// <param name="progress">Is told how many images are evaluated.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The table. Each image is decoded once for all alphas. Rows without a label are left out.</returns>
    /// <exception cref="ArgumentException">The model has neither a WiSE-FT transformer nor a weight ensemble,
    /// or data has other classes, no label, or no rows.</exception>
    /// <exception cref="InvalidOperationException">The model was made with <c>KeepEndPoints = false</c> or
    /// <c>KeepIngredients = false</c>, or an ensemble has no base.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, by the token or by the context.</exception>
    public static RobustnessReport EvaluateRobustness(
        this MulticlassClassificationCatalog catalog,
        ITransformer model,
        IDataView reference,
        Dictionary<string, IDataView>? shifts = null,
        IReadOnlyList<double>? alphas = null,
        bool outputEnsembles = false,
        IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(reference);
        IMixtureTransformer mixture = MixtureTransformers.FindIn(model);
        Handle<EndPoints> endPoints = mixture.RequireEndPoints();
        var sweep = new AlphaSweepOptions { Alphas = [.. alphas ?? AlphaGrid.Tenths], OutputEnsembles = outputEnsembles };
        IHostEnvironment environment = catalog.GetEnvironment();
        using IChannel channel = environment.Start(nameof(EvaluateRobustness));
        return Cancellation.Run(environment, Evaluate, cancellationToken);

        RobustnessReport Evaluate(CancellationToken cancel)
        {
            LabelledImages referenceImages = Read(RobustnessReport.ReferenceName, reference, cancel);
            DistributionShift[] shiftImages = [.. (shifts ?? []).Select(s => new DistributionShift(s.Key, Read(s.Key, s.Value, cancel)))];
            return Sweep(endPoints, referenceImages, shiftImages, sweep, channel, progress, cancel);
        }

        LabelledImages Read(string name, IDataView data, CancellationToken cancel)
        {
            try
            {
                IDataView prepared = Chains.Flatten(model).TakeWhile(t => t != mixture).Aggregate(data, (view, t) => t.Transform(view));
                return LabelledRows.Bind(prepared, mixture.Scorer.Columns).Read(mixture.Scorer.Labels, channel, cancel);
            }
            catch (ArgumentException e)
            {
                throw new ArgumentException($"The test set '{name}' cannot be evaluated: {e.Message}", e);
            }
        }
    }

    /// <summary>The same for images that are not rows: data sets in their own layout (<see cref="ImageDatasets"/>,
    /// <see cref="ImageList"/>), with classes of their own (<see cref="ClassMapping"/>) or with groups,
    /// whose worst accuracy is in the report's statistics.</summary>
    /// <param name="catalog">The context's <c>MulticlassClassification</c>.</param>
    /// <param name="model">A WiSE-FT transformer or a weight ensemble with a base, or a model that contains one.
    /// Transformers before it are for rows, and are not applied to these images.</param>
    /// <param name="reference">Test images of the reference distribution, with the model's classes in the order of its keys.</param>
    /// <param name="shifts">Test images of other distributions; may be empty.</param>
    /// <param name="options">Mixing coefficients, and whether output-space ensembles are evaluated too.</param>
    /// <param name="progress">Is told how many images are evaluated; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The table. Each image is decoded once for all alphas.</returns>
    /// <exception cref="ArgumentException">The model has neither a WiSE-FT transformer nor a weight ensemble,
    /// or a test set has other classes than the model or its mapping.</exception>
    /// <exception cref="InvalidOperationException">The model was made with <c>KeepEndPoints = false</c> or
    /// <c>KeepIngredients = false</c>, or an ensemble has no base.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, by the token or by the context.</exception>
    public static RobustnessReport EvaluateRobustness(
        this MulticlassClassificationCatalog catalog,
        ITransformer model,
        LabelledImages reference,
        IReadOnlyList<DistributionShift> shifts,
        AlphaSweepOptions options,
        IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        Handle<EndPoints> endPoints = MixtureTransformers.FindIn(model).RequireEndPoints();
        IHostEnvironment environment = catalog.GetEnvironment();
        using IChannel channel = environment.Start(nameof(EvaluateRobustness));
        return Cancellation.Run(
            environment, cancel => Sweep(endPoints, reference, shifts, options, channel, progress, cancel), cancellationToken);
    }

    private static RobustnessReport Sweep(
        Handle<EndPoints> endPoints, LabelledImages reference, IReadOnlyList<DistributionShift> shifts, AlphaSweepOptions options,
        IChannel channel, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        channel.Info(
            $"Evaluating {options.Alphas.Length} mixing coefficients on {reference.Count} reference images and " +
            $"{shifts.Sum(shift => shift.Images.Count)} of {shifts.Count} distribution shifts.");
        var log = new LoggedProgress(channel, "Evaluating", "images times mixing coefficients", progress);
        RobustnessReport report = endPoints.Use(e => e.Use((zeroShot, fineTuned) =>
            AlphaSweep.Run(zeroShot, fineTuned, reference, shifts, options, log, cancel)));
        channel.Info(
            "Evaluated: " + string.Join(", ", report.Results.Select(r => FormattableString.Invariant(
                $"alpha {r.Alpha}: {100 * r.Reference:0.0} %"))) + " on the reference distribution.");
        return report;
    }
}
