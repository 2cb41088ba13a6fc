using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>An alpha sweep with progress on the terminal.</summary>
internal static class Sweeping
{
    public static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts, IReadOnlyList<double> alphas, CancellationToken cancel) =>
        Run(zeroShot, fineTuned, reference, shifts, new AlphaSweepOptions { Alphas = [.. alphas] }, cancel);

    public static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts, AlphaSweepOptions options, CancellationToken cancel) =>
        Tracker.Run($"Evaluating {options.Alphas.Length} mixtures", "images", bar => AlphaSweep.Run(
            zeroShot, fineTuned, reference, shifts, options, new Reporter<WorkProgress>(p => bar.Report(p.Done, p.Total)), cancel));
}
