using System.Globalization;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>What the generated README says of the training run.</summary>
internal static class ScaffoldReadme
{
    /// <summary>The accuracy at alpha 0, the chosen one and 1, with what is known of it.</summary>
    public static string Accuracy(ScaffoldSettings settings, ScaffoldTrial trial)
    {
        if (settings.Trained is not null)
            return "Not measured: the model was trained before, and may have seen these images. Measure with images of your own, as below.";
        if (trial.Report is not { } report)
            return "Not measured: no class has five images, so none was kept aside. Measure with images of your own, as below.";
        int count = report.Sets[0].Count;
        IEnumerable<string> rows = report.Results.Select(row => Row(row, count, row.Alpha == settings.Alpha));
        return string.Join('\n', rows.Prepend("| --- | --- | --- |").Prepend("| alpha | accuracy in percent | 95 % interval |")) +
            string.Create(
                CultureInfo.InvariantCulture,
                $"\n\nTop-1, on {count} images that were kept aside (every fifth of a class). Alpha 0 is the zero-shot model, 1 the " +
                $"fine-tuned one;\nthe intervals are Clopper and Pearson's.");
    }

    /// <summary>How the model came about.</summary>
    public static string Origin(ScaffoldSettings settings, ScaffoldTrial trial)
    {
        string count = (settings.Trained is null ? trial.Images : settings.Trained.TrainedWith?.Images ?? 0)
            .ToString(CultureInfo.InvariantCulture);
        return count == "0" ? "CLIP, fine-tuned before" : $"CLIP, fine-tuned on {count} images";
    }

    private static string Row(AlphaResult row, int count, bool isChosen)
    {
        var interval = ConfidenceInterval.ClopperPearson((int)Math.Round(row.Reference * count), count);
        string mark = isChosen ? "**" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {mark}{row.Alpha:0.0##}{mark} | {mark}{100 * row.Reference:0.0}{mark} | " +
            $"{100 * interval.Lower:0.0} to {100 * interval.Upper:0.0} |");
    }
}
