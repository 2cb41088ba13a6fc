using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>Evaluation under distribution shift on <c>mlContext.MulticlassClassification</c>.</summary>
public static class RobustnessCatalog
{
    /// <summary>Accuracy of the mixtures of a WiSE-FT model on the reference distribution and under every shift, at many mixing coefficients.</summary>
    /// <param name="catalog">The context's <c>MulticlassClassification</c>.</param>
    /// <param name="model">A WiSE-FT transformer, or a model that contains one; the transformers before it are applied to the data.</param>
    /// <param name="reference">Test data of the reference distribution: the model's image column, and its label column as key or as text.</param>
    /// <param name="shifts">Test data of other distributions by name; may be empty or null.</param>
    /// <param name="alphas">Mixing coefficients in [0, 1]; if null, 0 to 1 in steps of 0.1.</param>
    /// <param name="outputEnsembles">Whether the output-space ensembles are evaluated too; needs 0 and 1 among the alphas.</param>
    /// <param name="progress">Is told how many images are evaluated.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The table. Each image is decoded once for all alphas. Rows without a label are left out.</returns>
    /// <exception cref="ArgumentException">The model has no WiSE-FT transformer, or data has other classes, no label, or no rows.</exception>
    /// <exception cref="InvalidOperationException">The model was made with <c>KeepEndPoints = false</c>.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, by the token or by the context.</exception>
    public static RobustnessReport EvaluateRobustness(
        this MulticlassClassificationCatalog catalog,
        ITransformer model,
        IDataView reference,
        Dictionary<string, IDataView>? shifts = null,
        IReadOnlyList<double>? alphas = null,
        bool outputEnsembles = false,
        IProgress<AlphaSweepProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(reference);
        WiseFtTransformer mixture = WiseFtTransformer.FindIn(model);
        Handle<EndPoints> endPoints = mixture.RequireEndPoints();
        var sweep = new AlphaSweepOptions { Alphas = [.. alphas ?? AlphaGrid.Tenths], OutputEnsembles = outputEnsembles };
        IHostEnvironment environment = catalog.GetEnvironment();
        using IChannel channel = environment.Start(nameof(EvaluateRobustness));
        return Cancellation.Run(environment, Evaluate, cancellationToken);

        RobustnessReport Evaluate(CancellationToken cancel)
        {
            LabelledImages referenceImages = Read(RobustnessReport.ReferenceName, reference, cancel);
            DistributionShift[] shiftImages = [.. (shifts ?? []).Select(s => new DistributionShift(s.Key, Read(s.Key, s.Value, cancel)))];
            return endPoints.Use(e => e.Use((zeroShot, fineTuned) =>
                AlphaSweep.Run(zeroShot, fineTuned, referenceImages, shiftImages, sweep, progress, cancel)));
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
}
