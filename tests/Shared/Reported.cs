namespace WiseFt.Tests;

/// <summary>Keeps all that is reported to it, and does something at each report, on the thread that reports.</summary>
/// <param name="then">What is done with a report, or null.</param>
internal sealed class Reported<T>(Action<T>? then = null) : IProgress<T>
{
    private readonly List<T> _values = [];

    /// <summary>The reports, in the order in which they came.</summary>
    public IReadOnlyList<T> Values => _values;

    public void Report(T value)
    {
        _values.Add(value);
        then?.Invoke(value);
    }
}
