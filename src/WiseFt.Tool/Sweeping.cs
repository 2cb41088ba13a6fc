namespace WiseFt.Tool;

/// <summary>An alpha sweep with progress on the terminal.</summary>
internal static class Sweeping
{
    public static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts, IReadOnlyList<double> alphas, CancellationToken cancel) =>
        Tracker.Run($"Evaluating {alphas.Count} mixtures", "images", bar => AlphaSweep.Run(
            zeroShot, fineTuned, reference, shifts, alphas, new Reporter<AlphaSweepProgress>(p => bar.Report(p.Done, p.Total)), cancel));
}
