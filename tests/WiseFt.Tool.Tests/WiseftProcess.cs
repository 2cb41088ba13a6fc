using System.Diagnostics;
using System.Text;

namespace WiseFt.Tool.Tests;

/// <summary>Runs the command line as a user does: a process, its exit code and its two outputs.</summary>
internal static class WiseftProcess
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] arguments, string input = "", string culture = "tr-TR")
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = WiseFt.Tests.Fixtures.RepositoryRoot,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "WiseFt.Tool.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = culture;
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(_limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, await output, await error);
    }
}
