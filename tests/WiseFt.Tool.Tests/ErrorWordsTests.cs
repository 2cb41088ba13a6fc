using System.Reflection;
using System.Runtime.InteropServices;

#pragma warning disable CA2201 // the runtime's and libtorch's errors, as they come

namespace WiseFt.Tool.Tests;

public sealed class ErrorWordsTests
{
    [Fact]
    public void Of_AWrappedError_IsThatOfTheCause()
    {
        var cause = new InvalidDataException("row 3 is bad");

        ErrorWords.Of(new TargetInvocationException(cause)).Should().Be("row 3 is bad");
        ErrorWords.Of(new AggregateException(new TargetInvocationException(cause), new IOException("second"))).Should().Be("row 3 is bad");
        ErrorWords.Of(new TypeInitializationException("X", new TargetInvocationException(cause))).Should().Be("row 3 is bad");
    }

    [Fact]
    public void Of_MemoryThatRunsOut_SaysWhatToMakeSmaller()
    {
        const string native = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to " +
            "allocate 6389760 bytes. Error code 12 (Cannot allocate memory)\n\nframe #0: c10::ThrowEnforceNotMet(char const*, int)";

        ErrorWords.Of(new ExternalException(native)).Should()
            .StartWith("There is not enough memory (can't allocate memory: you tried to allocate 6389760 bytes.")
            .And.Contain("--batch-size").And.NotContain("frame").And.NotContain("alloc_cpu");
        ErrorWords.Of(new ExternalException("CUDA out of memory. Tried to allocate 2.00 GiB")).Should().Contain("--batch-size");
        ErrorWords.Of(new OutOfMemoryException("Array dimensions exceeded supported range.")).Should()
            .Contain("Array dimensions exceeded supported range").And.Contain("--batch-size");
        ErrorWords.Of(new ExternalException("shapes differ\nframe #0: x")).Should().Be("shapes differ");
    }

    [Fact]
    public void Of_LibtorchThatCannotBeLoaded_NamesTheLimitAndTheDoctor()
    {
        const string native =
            "This application or script uses TorchSharp but doesn't contain a reference to libtorch-cpu-linux-x64.\n\nTrace";

        ErrorWords.Of(new TypeInitializationException("TorchSharp.torch", new NotSupportedException(native)))
            .Should().Contain("ulimit -v").And.Contain("wiseft doctor").And.NotContain("Trace");
    }

    [Fact]
    public void Of_AnArgument_LeavesOutTheParametersName() =>
        ErrorWords.Of(new ArgumentException("Alpha is 2.", "alpha")).Should().Be("Alpha is 2.");
}
