using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Training;

namespace WiseFt.ML;

/// <summary>Writes a line an epoch, one every few seconds of a long epoch, and what is said about snapshots to the context's log, and
/// passes steps and notes on.</summary>
internal sealed class EpochLog(IChannel channel, FineTuningOptions recipe, IProgress<FineTuningStep>? next, IProgress<string>? nextNotes)
    : IProgress<FineTuningStep>, IProgress<string>
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _shown;
    private FineTuningStep? _last;
    private double _loss;
    private long _epochImages, _images;
    private int _steps; // and the images above: since the clock began
    private bool _isTimed;

    /// <inheritdoc cref="LoggedProgress.Interval"/>
    public TimeSpan Interval { get; init; } = LoggedProgress.DefaultInterval;

    public void Report(string value)
    {
        channel.Info(value);
        nextNotes?.Report(value);
    }

    public void Report(FineTuningStep value)
    {
        if (value.Epoch != _last?.Epoch) (_loss, _epochImages) = (0, 0);
        _last = value;
        _loss += value.Loss * value.Images;
        _epochImages += value.Images;
        Count(value);
        bool isEnd = (value.Step + 1) % (value.TotalSteps / recipe.Epochs) == 0;
        if (isEnd || _clock.Elapsed - _shown >= Interval) Write(value, isEnd);
        next?.Report(value);
    }

    /// <summary>Says which epoch is kept, where early stopping decided on it.</summary>
    public void End()
    {
        if (_last?.KeptEpoch is not null) channel.Info(EarlyStopping.Outcome(_last, recipe));
    }

    /// <summary>The clock begins when the first step of this process is done: what came before is other work.</summary>
    private void Count(FineTuningStep step)
    {
        if (_isTimed) (_images, _steps) = (_images + step.Images, _steps + 1);
        else if (!step.Restored)
        {
            _isTimed = true;
            _shown = TimeSpan.Zero;
            _clock.Restart();
        }
    }

    private void Write(FineTuningStep step, bool isEnd)
    {
        _shown = _clock.Elapsed;
        channel.Info(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Epoch {step.Epoch + 1} of {recipe.Epochs}{(isEnd ? "" : " in progress")}: mean loss {_loss / _epochImages:0.0000}") +
            $"{Validation(step)}, " +
            string.Create(
                CultureInfo.InvariantCulture,
                $"learning rate {step.LearningRate:0.00e+0}, step {step.Step + 1} of {step.TotalSteps}{Speed(step)}."));
    }

    private static string Validation(FineTuningStep step) => step.Validation is not { } measured ? "" : string.Create(
        CultureInfo.InvariantCulture, $", validation accuracy {100 * measured.Accuracy:0.0} % and loss {measured.Loss:0.0000}");

    private string Speed(FineTuningStep step)
    {
        if (_steps == 0) return "";
        TimeSpan left = _clock.Elapsed * ((double)(step.TotalSteps - step.Step - 1) / _steps);
        return $", {LoggedProgress.Speed(_images, _clock.Elapsed, "images")}, {LoggedProgress.Left(left)}";
    }
}
