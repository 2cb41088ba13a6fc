using System.Runtime.InteropServices;

namespace WiseFt.Tool;

/// <summary>How libtorch's threads wait for each other.</summary>
/// <remarks>
/// By default they spin, which is fastest on an idle machine; where another process wants a processor too, a spinning thread keeps it from the
/// one that it waits for, and everything takes three to ten times as long. A short spin costs about a tenth on an idle machine.
/// </remarks>
internal static partial class OpenMp
{
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Lets waiting threads sleep after a short spin, unless the environment says how they should wait. To be called before libtorch is loaded.</summary>
    public static void WaitBySleeping()
    {
        bool isDecided = Environment.GetEnvironmentVariable(SpinCount) is not null || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null;
        // .NET keeps its own copy of the environment, which native libraries do not see.
        if (OperatingSystem.IsLinux() && !isDecided) _ = SetEnvironment(SpinCount, "1000", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
