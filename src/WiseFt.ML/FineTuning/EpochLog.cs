using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Writes a line an epoch and what is said about snapshots to the context's log, and passes both on.</summary>
internal sealed class EpochLog(IChannel channel, int epochs, IProgress<FineTuningStep>? next, IProgress<string>? nextNotes)
    : IProgress<FineTuningStep>, IProgress<string>
{
    private double _loss;
    private long _images;
    private int _epoch;

    public void Report(string value)
    {
        channel.Info(value);
        nextNotes?.Report(value);
    }

    public void Report(FineTuningStep value)
    {
        if (value.Epoch != _epoch) (_epoch, _loss, _images) = (value.Epoch, 0, 0);
        _loss += value.Loss * value.Images;
        _images += value.Images;
        int stepsPerEpoch = value.TotalSteps / epochs;
        if ((value.Step + 1) % stepsPerEpoch == 0)
            channel.Info(string.Create(
                CultureInfo.InvariantCulture,
                $"Epoch {value.Epoch + 1} of {epochs}: mean loss {_loss / _images:0.0000}, " +
                $"learning rate {value.LearningRate:0.00e+0}, step {value.Step + 1} of {value.TotalSteps}."));
        next?.Report(value);
    }
}
