namespace WiseFt;

/// <summary>A disposable object with several holders: it is disposed when the last one lets go, so never while one still uses it.</summary>
/// <remarks>The creator is the first holder. Thread-safe.</remarks>
internal sealed class Shared<T>(T value)
    where T : class, IDisposable
{
    private readonly Lock _lock = new();
    private int _holders = 1;

    /// <summary>The object. For holders only.</summary>
    public T Value => value;

    /// <summary>Adds a holder, unless the object is gone.</summary>
    /// <returns>Whether there still is an object to hold.</returns>
    public bool TryHold()
    {
        lock (_lock)
        {
            if (_holders == 0) return false;
            _holders++;
            return true;
        }
    }

    /// <summary>Removes a holder, and disposes the object with the last.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_holders > 0) return;
        }
        value.Dispose();
    }
}
