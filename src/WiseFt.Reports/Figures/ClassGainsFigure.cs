using System.Collections.Immutable;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>What the mixture gains over the fine-tuned model, class by class.</summary>
internal static class ClassGainsFigure
{
    private const int AllUpTo = 40, EachEnd = 15, LongestLabel = 28;

    public static Figure Create(RobustnessReport report, SetStatistics set, double mixtureAlpha, string name)
    {
        ImmutableArray<ClassGain> all = ClassGain.Of(report, set);
        ClassGain[] shown = all.Length <= AllUpTo ? [.. all] : [.. all.Take(EachEnd), .. all.TakeLast(EachEnd)];
        Array.Reverse(shown); // the category axis grows upwards
        var classes = new CategoryAxis
        {
            Position = AxisPosition.Left,
            GapWidth = 0.35,
            MajorTickSize = 0,
            MinorTickSize = 0,
            FontSize = 12,
        };
        classes.Labels.AddRange(shown.Select(g =>
            (g.Class.Length <= LongestLabel ? g.Class : g.Class[..(LongestLabel - 1)] + "…") + $" ({Text.Number(g.Count, "0")})"));
        double reach = Math.Max(0.01, all.Max(g => Math.Abs(g.Gain))) * 1.08;
        var gain = new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = $"Gain of the mixture (α = {Text.Alpha(mixtureAlpha)}) over fine-tuned on {set.Name} (points)",
            TitleFontSize = 14,
            AxisTitleDistance = 8,
            Minimum = -reach,
            Maximum = reach,
            MinorTickSize = 0,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Palette.Faint,
            ExtraGridlines = [0],
            ExtraGridlineColor = Palette.Ink,
            LabelFormatter = g => Text.Number(100 * g, "+0.##;−0.##;0"),
        };
        PlotModel plot = Palette.Plot(classes, gain);
        var bars = new BarSeries { StrokeThickness = 0.5, StrokeColor = Palette.Ink };
        bars.Items.AddRange(shown.Select(g => new BarItem(g.Gain) { Color = g.Gain < 0 ? Palette.Vermillion : Palette.Blue }));
        plot.Series.Add(bars);
        string which = shown.Length == all.Length ? "" : $" (the {EachEnd} largest and the {EachEnd} smallest of {all.Length})";
        return new Figure(
            name, $"Per-class accuracy of the mixture less the fine-tuned model's on {set.Name}{which}; in brackets, the number of images.",
            string.Join("; ", shown.Reverse().Select(g => $"{g.Class}: {Text.Points(g.Gain)}")) + " percentage points.",
            plot, 720, 110 + 19 * shown.Length);
    }
}

/// <summary>What the mixture gains over the fine-tuned model in one class of one test set.</summary>
internal sealed record ClassGain(string Class, int Count, double ZeroShot, double Mixture, double FineTuned)
{
    /// <summary>Accuracy of the mixture less the fine-tuned model's, in [-1, 1].</summary>
    public double Gain => Mixture - FineTuned;

    /// <summary>The classes that occur in the test set, by falling gain; of equal ones, in the classes' order.</summary>
    public static ImmutableArray<ClassGain> Of(RobustnessReport report, SetStatistics set)
    {
        ImmutableArray<ClassMetrics> zeroShot = set.Models[0].Metrics.Classes, fineTuned = set.Models[^1].Metrics.Classes;
        ImmutableArray<string> names = report.ClassNamesOf(report.Sets.Select(s => s.Name).ToList().IndexOf(set.Name));
        ImmutableArray<ClassMetrics> mixture = set.Models[set.Models.Length / 2].Metrics.Classes;
        return [.. mixture.Where(c => c.IsPresent)
            .Select(c => new ClassGain(names[c.Class], c.Count, zeroShot[c.Class].Recall, c.Recall, fineTuned[c.Class].Recall))
            .OrderByDescending(g => g.Gain)];
    }
}
