namespace WiseFt.Tests;

public sealed class HandleTests
{
    [Fact]
    public void Dispose_WhileAnotherHandleLives_KeepsTheObject()
    {
        var resource = new Resource();
        var first = Handle.Own(resource, typeof(HandleTests));
        Handle<Resource> second = first.Share(typeof(HandleTests));

        first.Dispose();
        first.Dispose();

        resource.Disposals.Should().Be(0);
        first.Invoking(h => h.Use(r => r.Disposals)).Should().Throw<ObjectDisposedException>().WithMessage("*HandleTests*");
        first.Invoking(h => h.Share(typeof(HandleTests))).Should().Throw<ObjectDisposedException>();
        second.Use(r => r.Disposals).Should().Be(0);
        second.Dispose();
        resource.Disposals.Should().Be(1);
    }

    [Fact]
    public void Dispose_DuringUse_WaitsForTheUseToEnd()
    {
        var resource = new Resource();
        var handle = Handle.Own(resource, typeof(HandleTests));

        handle.Use(r =>
        {
            handle.Dispose();
            return r.Disposals;
        }).Should().Be(0);

        resource.Disposals.Should().Be(1);
    }

    [Fact]
    [Fault("disposed while in use", "from many threads", "work under way ends first")]
    public void Use_FromManyThreadsWhileDisposed_NeverSeesADisposedObject()
    {
        var resource = new Resource();
        var handle = Handle.Own(resource, typeof(HandleTests));

        FaultAttribute.Provoked(1000);
        Parallel.For(0, 1000, i =>
        {
            if (i == 500) handle.Dispose();
            try { handle.Use(r => r.Disposals).Should().Be(0); }
            catch (ObjectDisposedException) { }
        });

        resource.Disposals.Should().Be(1);
    }

    private sealed class Resource : IDisposable
    {
        public int Disposals;

        public void Dispose() => Interlocked.Increment(ref Disposals);
    }
}
