using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Evaluation;

namespace WiseFt.ML;

/// <summary>The rows that decide on alpha, and the alpha that they decide on.</summary>
internal sealed class AlphaValidation
{
    private readonly AlphaSelection _selection;
    private readonly LabelledRows? _rows; // null where alpha is fixed

    private AlphaValidation(AlphaSelection selection, LabelledRows? rows) => (_selection, _rows) = (selection, rows);

    /// <summary>Finds the rows, and the data that is left to train on.</summary>
    public static (IDataView Left, AlphaValidation Validation) Split(
        IHostEnvironment environment, AlphaSelection selection, IDataView input, ScoringColumns columns)
    {
        if (selection.Alpha is not null) return (input, new AlphaValidation(selection, null));
        if (selection.Validation is not null)
            return (input, new AlphaValidation(selection, LabelledRows.Bind(selection.Validation, columns)));
        var (left, held) = HoldOut(environment, input, selection.HoldoutFraction!.Value);
        return (left, new AlphaValidation(selection, LabelledRows.Bind(held, columns)));
    }

    /// <summary>Holds a part of data out, by the context's seed.</summary>
    public static (IDataView Left, IDataView Held) HoldOut(IHostEnvironment environment, IDataView input, double fraction)
    {
        var split = new DataOperationsCatalog(environment)
            .TrainTestSplit(input, fraction, seed: ((IHostEnvironmentInternal)environment).Seed ?? 0);
        return (split.TrainSet, split.TestSet);
    }

    /// <summary>The fixed alpha, or the one that does best on the rows.</summary>
    public double Choose(Handle<EndPoints> endPoints, LabelKeys labels, IChannel channel, CancellationToken cancel)
    {
        if (_rows is null) return _selection.Alpha!.Value;
        LabelledImages validation = _rows.Read(labels, channel, cancel);
        var options = new AlphaSweepOptions { Alphas = _selection.Candidates };
        var log = new LoggedProgress(channel, "Choosing alpha", "images times mixing coefficients");
        RobustnessReport sweep = endPoints.Use(e => e.Use((zeroShot, fineTuned) =>
            AlphaSweep.Run(zeroShot, fineTuned, validation, [], options, log, cancel)));
        AlphaChoice choice = _selection.Choose(sweep);
        channel.Info(string.Create(
            CultureInfo.InvariantCulture, $"Alpha {choice.Alpha} of {sweep.Results.Length} tried: " +
                $"{(_selection.ByWorstGroup ? "the worst class's accuracy" : "the accuracy")} on {validation.Count} validation " +
                $"images is {choice.Score}."));
        return choice.Alpha;
    }
}
