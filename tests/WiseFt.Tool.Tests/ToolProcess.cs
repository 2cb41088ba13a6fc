using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace WiseFt.Tool.Tests;

/// <summary>The command line as a user starts it: a process, its exit code and its two outputs. A test may signal or kill it.</summary>
/// <remarks>It starts in the repository's top folder and, unless a test says otherwise, in Turkish,
/// whose letters and numbers differ most.</remarks>
internal sealed class ToolProcess : IDisposable
{
    private const int Terminate = 15;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(8);

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
        return StartDotnet(
            Fixtures.RepositoryRoot, [Path.Combine(AppContext.BaseDirectory, "WiseFt.Tool.dll"), .. arguments],
            // One thread is as much as a small model can use, and does not spin where several tests share a core.
            [("LC_ALL", "tr_TR.UTF-8"), ("OMP_NUM_THREADS", "1"), .. environment]);
    }

    /// <summary>Starts <c>dotnet</c>, in English.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="arguments">The words after <c>dotnet</c>.</param>
    /// <param name="environment">Variables to set.</param>
    public static ToolProcess StartDotnet(string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = ChildProcess.In(folder, "dotnet", arguments);
        start.RedirectStandardInput = true;
        start.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        start.StandardOutputEncoding = Encoding.UTF8;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>Runs <c>wiseft</c> to its end.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(
        IEnumerable<string> arguments, params (string Name, string Value)[] environment) => RunAsync(arguments, "", environment);

    /// <summary>Runs <c>wiseft</c> to its end, with a text on its standard input.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        IEnumerable<string> arguments, string input, params (string Name, string Value)[] environment)
    {
        using ToolProcess tool = Start(arguments, environment);
        await tool._process.StandardInput.WriteAsync(input);
        return await tool.EndAsync();
    }

    /// <summary>Waits for its end; it gets no more input.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        using var limit = new CancellationTokenSource(_limit);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(limit.Token);
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

    /// <summary>Sends a POSIX signal: 1 is SIGHUP, 2 SIGINT, 3 SIGQUIT, 15 SIGTERM. A call,
    /// since a process that sends it may come after the end on a busy machine.</summary>
    /// <remarks>Where this process ignores a signal, as SIGINT by what a shell starts in the background does, so does what it starts,
    /// and SIGTERM is sent instead.</remarks>
    public void Signal(int signal)
    {
        if (Ignores(signal)) signal = Terminate;
        if (!_process.HasExited && Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} could not be sent: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Ends it, with what it has started, if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static bool Ignores(int signal)
    {
        const string mask = "SigIgn:";
        string? line = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(mask, StringComparison.Ordinal))
            : null;
        return line is not null
            && (ulong.Parse(line.AsSpan(mask.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1)
                == 1;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
