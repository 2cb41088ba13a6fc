using System.Diagnostics;

namespace WiseFt.Tests;

/// <summary>Processes that tests start and read.</summary>
internal static class ChildProcess
{
    /// <summary>How a program is started in a folder, in English, with both of its outputs to be read.</summary>
    public static ProcessStartInfo In(string folder, string program, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // A build inside of a test run must not take over the outer build's settings.
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return start;
    }
}
