using System.Diagnostics;

namespace WiseFt.Benchmarks;

/// <summary>Processes that are measured, or measured beside.</summary>
internal static class Child
{
    /// <summary>How to start this program again with other arguments, whether it runs by itself or by <c>dotnet</c>.</summary>
    public static ProcessStartInfo OfThisProgram(params string[] arguments)
    {
        string[] program = IsRunByDotnet ? [typeof(Child).Assembly.Location] : [];
        return new ProcessStartInfo(Environment.ProcessPath!, [.. program, .. arguments]);
    }

    /// <summary>How to start another program of this folder.</summary>
    public static ProcessStartInfo Of(string assembly, params string[] arguments) => new(
        IsRunByDotnet ? Environment.ProcessPath! : "dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments]);

    /// <summary>Runs a process to its end.</summary>
    /// <returns>What it prints.</returns>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static string Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : throw new InvalidOperationException(
            $"{string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {errors}");
    }

    private static bool IsRunByDotnet => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet";
}
