using System.Runtime.InteropServices;

namespace WiseFt.Tool;

/// <summary>How the process's threads share a machine, set before anything else is done.</summary>
internal static partial class Threads
{
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Lets libtorch's waiting threads sleep after a short spin, unless the environment says how they should wait.</summary>
    /// <remarks>
    /// To be called before libtorch is loaded.
    /// By default they spin, which is fastest on an idle machine; where another process wants a processor too, a spinning thread keeps it
    /// from the one that it waits for, and everything takes three to ten times as long.
    /// A short spin costs about a tenth on an idle machine.
    /// </remarks>
    public static void WaitBySleeping()
    {
        bool isDecided = Environment.GetEnvironmentVariable(SpinCount) is not null
            || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null;
        // .NET keeps its own copy of the environment, which native libraries do not see.
        if (OperatingSystem.IsLinux() && !isDecided) _ = SetEnvironment(SpinCount, "1000", overwrite: 0);
    }

    /// <summary>Lets Ctrl+C be answered at once: .NET handles it on the thread pool, which training and decoding keep busy,
    /// and which grows by a thread every half second.</summary>
    public static void KeepSomeForSignals()
    {
        const int spare = 4;
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(workers + spare, ports);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
