namespace WiseFt;

/// <summary>Makes handles.</summary>
internal static class Handle
{
    /// <summary>The first handle on an object that nobody else holds; with its last one the object goes.</summary>
    /// <param name="value">The object, which the handle takes over.</param>
    /// <param name="owner">The type named by <see cref="ObjectDisposedException"/>.</param>
    public static Handle<T> Own<T>(T value, Type owner)
        where T : class, IDisposable => new(new Shared<T>(value), owner);
}

/// <summary>A component's hold on shared native memory. Disposing it is idempotent and waits for nobody:
/// work under way keeps its own hold.</summary>
/// <param name="shared">The object; its hold passes to this handle.</param>
/// <param name="owner">The type named by <see cref="ObjectDisposedException"/>.</param>
internal sealed class Handle<T>(Shared<T> shared, Type owner) : IDisposable
    where T : class, IDisposable
{
    private int _disposed;

    /// <summary>Works with the object, which cannot go away meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    public TResult Use<TResult>(Func<T, TResult> work)
    {
        Shared<T> held = Hold();
        try
        {
            return work(held.Value);
        }
        finally
        {
            held.Release();
        }
    }

    /// <summary>Another handle on the same object.</summary>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    public Handle<T> Share(Type newOwner) => new(Hold(), newOwner);

    /// <summary>Throws if the handle is disposed.</summary>
    public void RequireAlive() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, owner);

    /// <summary>Lets go. May be called again.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) shared.Release();
    }

    private Shared<T> Hold()
    {
        RequireAlive();
        ObjectDisposedException.ThrowIf(!shared.TryHold(), owner);
        return shared;
    }
}
