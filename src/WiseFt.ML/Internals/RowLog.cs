using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Writes to the context's log how many rows a cursor has computed: every few seconds, and nothing where it ends before.</summary>
/// <param name="environment">The context.</param>
/// <param name="what">What is computed, which is the source of the lines.</param>
internal sealed class RowLog(IHostEnvironment environment, string what) : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private IChannel? _channel;
    private TimeSpan _shown;
    private long _rows;

    /// <inheritdoc cref="LoggedProgress.Interval"/>
    public TimeSpan Interval { get; init; } = LoggedProgress.DefaultInterval;

    /// <summary>Counts rows.</summary>
    public void Add(int rows)
    {
        _rows += rows;
        if (_clock.Elapsed - _shown < Interval) return;
        _shown = _clock.Elapsed;
        _channel ??= environment.Start(what);
        Write("so far");
    }

    /// <summary>Says how many there were, where that was said on the way. May be called again.</summary>
    public void Dispose()
    {
        if (_channel is null) return;
        Write("in all");
        _channel.Dispose();
        _channel = null;
    }

    private void Write(string when) => _channel!.Info(string.Create(
        CultureInfo.InvariantCulture, $"{what}: {_rows:N0} rows {when}, {LoggedProgress.Speed(_rows, _clock.Elapsed, "rows")}."));
}
