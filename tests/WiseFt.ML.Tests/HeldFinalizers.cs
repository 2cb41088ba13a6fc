using System.Runtime.CompilerServices;

namespace WiseFt.ML.Tests;

/// <summary>Lets no finalizer run until it is disposed: what nobody disposes stays allocated, however often garbage is collected. Waiting
/// for finalizers meanwhile would wait for ever.</summary>
internal sealed class HeldFinalizers : IDisposable
{
    private readonly ManualResetEventSlim _holding = new(), _released = new();

    public HeldFinalizers()
    {
        MakeGarbage(this);
        while (!_holding.Wait(TimeSpan.FromMilliseconds(10))) GC.Collect();
    }

    public void Dispose() => _released.Set();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeGarbage(HeldFinalizers owner) => _ = new Barrier(owner);

    /// <summary>Its finalizer keeps the only thread that runs finalizers.</summary>
    private sealed class Barrier(HeldFinalizers owner)
    {
        ~Barrier()
        {
            owner._holding.Set();
            owner._released.Wait();
        }
    }
}
