using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class CoreWorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Run_AnyNumberOfRows_GivesEachItsOwnPlace(int rows) => OnThreads(2, () =>
    {
        using var scope = NewDisposeScope();
        Tensor batch = arange(2 * rows).view(rows, 2).to(float32);

        Tensor result = CoreWorkers.Run(batch, 8, part => part.add(part));

        result.Equals(batch.add(batch)).Should().BeTrue();
    });

    [Fact]
    public void Run_APartFails_ThrowsThatErrorAndComputesOnAfterwards() => OnThreads(2, () =>
    {
        using var scope = NewDisposeScope();
        Tensor batch = arange(64).view(64, 1);

        FluentActions.Invoking(() => CoreWorkers.Run(batch, 8, part => part[0, 0].item<long>() >= 32
                ? throw new InvalidDataException("the second half")
                : part.clone()))
            .Should().Throw<InvalidDataException>().WithMessage("*half");
        CoreWorkers.Run(batch, 8, part => part.clone()).Equals(batch).Should().BeTrue();
    });

    [Fact]
    public void Run_FromSeveralThreadsAtOnce_KeepsTheirRowsApart() => Parallel.For(0, 16, i => OnThreads(2, () =>
    {
        using var scope = NewDisposeScope();
        Tensor batch = full([20, 3], i);
        for (int repeat = 0; repeat < 20; repeat++) CoreWorkers.Run(batch, 8, part => part.clone()).Equals(batch).Should().BeTrue();
    }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_OnAnyNumberOfThreads_ComputesOnOneCoreEachAndLeavesOtherThreadsAlone(int threads) => OnThreads(threads, () =>
    {
        using Tensor batch = zeros(8, 1);
        var seen = new ConcurrentBag<(int Thread, int Threads)>();

        CoreWorkers.Run(batch, 8, part =>
        {
            seen.Add((Environment.CurrentManagedThreadId, get_num_threads()));
            return part.clone();
        }).Dispose();

        get_num_threads().Should().Be(threads);
        seen.Should().OnlyContain(s => s.Threads == 1);
        seen.Should().OnlyContain(s => s.Thread == Environment.CurrentManagedThreadId == (threads == 1 || Environment.ProcessorCount == 1));
    });

    // Tests run with one thread each; the machine's other threads are as they were.
    private static void OnThreads(int count, Action test)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                OpenMP.UseThreads(count);
                test();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
