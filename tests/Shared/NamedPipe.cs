using System.Diagnostics;

namespace WiseFt.Tests;

/// <summary>A named pipe that nobody writes to: whoever opens it to read waits for ever.</summary>
internal static class NamedPipe
{
    /// <summary>Whether this system has any in its folders.</summary>
    public static bool Exists => !OperatingSystem.IsWindows();

    /// <summary>Makes one; its folder must be there.</summary>
    public static string Make(string path)
    {
        using Process mkfifo = Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        return mkfifo.ExitCode == 0 ? path : throw new IOException($"mkfifo {path} ended with {mkfifo.ExitCode}.");
    }
}
