using System.Diagnostics;
using System.Text;

namespace WiseFt.Packages.Tests;

/// <summary>A terminal: commands in a folder, with what they print.</summary>
internal static class Shell
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(8);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and both of its outputs.</returns>
    public static async Task<(int ExitCode, string Output)> TryAsync(string folder, string program, params IEnumerable<string> words)
    {
        using Process process = Process.Start(Start(folder, program, words))!;
        using var limit = new CancellationTokenSource(_limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Runs a program until it writes a line with a text to its standard error, and ends it then.</summary>
    /// <returns>What it wrote there until then.</returns>
    public static async Task<string> UntilAsync(string folder, string text, string program, params IEnumerable<string> words)
    {
        using Process process = Process.Start(Start(folder, program, words))!;
        using var limit = new CancellationTokenSource(_limit);
        var seen = new StringBuilder();
        try
        {
            while (await process.StandardError.ReadLineAsync(limit.Token) is string line)
            {
                seen.AppendLine(line);
                if (line.Contains(text, StringComparison.Ordinal)) return seen.ToString();
            }
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(limit.Token);
        }
        throw new InvalidOperationException($"{program} ended and never wrote '{text}': {seen}");
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string folder, string program, params IEnumerable<string> words)
    {
        var (exitCode, output) = await TryAsync(folder, program, words);
        exitCode.Should().Be(0, "{0} {1} said: {2}", program, string.Join(' ', words), output);
        return output;
    }

    private static ProcessStartInfo Start(string folder, string program, IEnumerable<string> words)
    {
        ProcessStartInfo start = ChildProcess.In(folder, program, words);
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["PATH"] += Path.PathSeparator + Path.GetDirectoryName(Environment.ProcessPath);
        return start;
    }
}
