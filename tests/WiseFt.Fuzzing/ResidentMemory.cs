using System.Globalization;

namespace WiseFt.Fuzzing;

/// <summary>The process's memory, native memory included. Its peak can be reset on Linux only; elsewhere it is 0.</summary>
internal static class ResidentMemory
{
    /// <summary>Lets the peak begin anew.</summary>
    /// <returns>The memory at hand.</returns>
    public static long ResetPeak()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Read("VmRSS:");
    }

    /// <summary>The largest memory since the reset.</summary>
    public static long Peak() => OperatingSystem.IsLinux() ? Read("VmHWM:") : 0;

    private static long Read(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
