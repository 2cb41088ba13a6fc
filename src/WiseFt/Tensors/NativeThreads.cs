using System.Runtime.InteropServices;

namespace WiseFt;

/// <summary>How libtorch's threads share the machine.</summary>
public static partial class NativeThreads
{
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Lets waiting threads sleep after a short spin. To be called before anything else of this library, which loads libtorch.
    /// </summary>
    /// <returns>Whether the setting was made: true on Linux, unless the environment decides (<c>GOMP_SPINCOUNT</c>,
    /// <c>OMP_WAIT_POLICY</c>); false elsewhere, where nothing changes.</returns>
    /// <remarks>
    /// By default they spin, which is fastest on an idle machine; where another process wants a processor too, a spinning thread keeps it
    /// from the one that it waits for, and training takes three to ten times as long (docs/performance.md). A short spin costs up to a
    /// tenth on an idle machine. Scoring of more than one image at once has no such waits. It concerns the whole process, which is why a
    /// library does not do it by itself.
    /// </remarks>
    public static bool WaitBySleeping()
    {
        bool isDecided = Environment.GetEnvironmentVariable(SpinCount) is not null
            || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null;
        // .NET keeps its own copy of the environment, which native libraries do not see.
        return OperatingSystem.IsLinux() && !isDecided && SetEnvironment(SpinCount, "1000", overwrite: 0) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
