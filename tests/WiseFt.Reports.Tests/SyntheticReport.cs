using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

/// <summary>A report of made-up predictions: a reference set and two shifts, on which mixtures between the end points do best.</summary>
internal static class SyntheticReport
{
    public static readonly ImmutableArray<string> ClassNames = ["apple", "boat", "cat <3", "drum|kit", "e_f"];

    public static RobustnessReport Create(ImmutableArray<double>? alphas = null, bool withEnsembles = true)
    {
        ImmutableArray<double> grid = alphas ?? AlphaGrid.Tenths;
        ImmutableArray<EvaluatedSet> sets = [Set("reference", 120, 0), Set("sketch", 90, 1), Set("photo & film", 60, 2)];
        return new RobustnessReport
        {
            Sets = sets,
            ClassNames = ClassNames,
            Results = Curve(grid, sets, 0),
            Divergences = [new(0.31, 0.12), new(0.72, 0.2), new(0.9, null)],
            OutputEnsembles = withEnsembles
                ? [new(OutputEnsemble.Logits, Curve(grid, sets, 0.03)), new(OutputEnsemble.Probabilities, Curve(grid, sets, 0.05))]
                : [],
        };
    }

    /// <summary>The same without its shifts.</summary>
    public static RobustnessReport WithoutShifts(ImmutableArray<double>? alphas = null)
    {
        RobustnessReport all = Create(alphas, withEnsembles: false);
        return all with
        {
            Sets = [all.Sets[0]],
            Divergences = [],
            Results = [.. all.Results.Select(r => new AlphaResult(r.Alpha, [all.Sets[0]], [r.Predictions[0]]))],
        };
    }

    /// <summary>Saves a report in a folder of its own and goes on with it.</summary>
    public static void InFolder(Action<string> work)
    {
        using var folder = new TemporaryFolder();
        work(folder.Path);
    }

    private static EvaluatedSet Set(string name, int count, int seed)
    {
        var random = new Random(seed);
        return new EvaluatedSet(
            name, [.. Enumerable.Range(0, count).Select(_ => random.Next(ClassNames.Length))],
            [.. Enumerable.Range(0, count).Select(i => $"{name}/{i}.png")]);
    }

    private static ImmutableArray<AlphaResult> Curve(ImmutableArray<double> alphas, ImmutableArray<EvaluatedSet> sets, double loss) =>
        [.. alphas.Select(alpha => new AlphaResult(alpha, sets, [.. sets.Select((set, s) => Said(alpha, set, s, loss))]))];

    /// <summary>An image is right where its own difficulty is below the accuracy that alpha has on its set.</summary>
    private static Predictions Said(double alpha, EvaluatedSet set, int s, double loss)
    {
        double ease = s == 0 ? 0.62 + 0.3 * alpha - 0.1 * alpha * alpha : 0.5 - 0.2 * alpha + 0.5 * alpha * (1 - alpha);
        var random = new Random(100 + s);
        int[] classes = new int[set.Count];
        float[] confidences = new float[set.Count], labels = new float[set.Count], margins = new float[set.Count];
        for (int i = 0; i < set.Count; i++)
        {
            double difficulty = random.NextDouble() + 0.1 * Math.Sin(i + 3 * alpha);
            bool right = difficulty < ease - loss;
            classes[i] = right ? set.Labels[i] : (set.Labels[i] + 1 + random.Next(ClassNames.Length - 1)) % ClassNames.Length;
            confidences[i] = (float)Math.Clamp(0.25 + 0.7 * Math.Abs(ease - difficulty), 0.21, 0.99);
            labels[i] = right ? confidences[i] : (1 - confidences[i]) / 4;
            margins[i] = 8 * confidences[i];
        }
        return new Predictions([.. classes], [.. confidences], [.. margins], [.. labels]);
    }
}
