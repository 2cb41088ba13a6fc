using System.Diagnostics;

namespace WiseFt.Tool.Tests;

/// <summary>The tool in a process of its own, which a test may kill.</summary>
internal sealed class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output, _errors;

    private ToolProcess(Process process) =>
        (_process, _output, _errors) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts <c>wiseft</c>.</summary>
    /// <param name="arguments">The words after <c>wiseft</c>.</param>
    /// <param name="environment">Variables to set.</param>
    public static ToolProcess Start(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "WiseFt.Tool.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1"; // as much as a small model can use, and no spinning where several tests share a core
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>Runs <c>wiseft</c> to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        using ToolProcess tool = Start(arguments, environment);
        return await tool.EndAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync();
        return (_process.ExitCode, await _output, await _errors);
    }

    /// <summary>Ends it at once, without a chance to do anything more. False if it had ended by itself.</summary>
    public async Task<bool> KillAsync()
    {
        if (_process.HasExited) return false;
        _process.Kill(); // SIGKILL on Unix
        await _process.WaitForExitAsync();
        return true;
    }

    /// <summary>Sends a signal by name, on Unix.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends it if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
