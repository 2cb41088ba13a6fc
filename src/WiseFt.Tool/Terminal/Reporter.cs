namespace WiseFt.Tool;

/// <summary>Calls an action at once on the thread that reports, unlike <see cref="Progress{T}"/>, which posts it somewhere.</summary>
internal sealed class Reporter<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
