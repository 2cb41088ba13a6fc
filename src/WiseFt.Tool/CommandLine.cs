using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace WiseFt.Tool;

/// <summary>Runs a command and turns whatever happens into an exit code and words on standard error.</summary>
internal static class CommandLine
{
    public const int BadInput = 1, BadUsage = 2, Interrupted = 130;

    // Long enough to finish a training step of a large model before the process is ended.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private static readonly Option<bool> _verbose = new("--verbose") { Description = "Show the stack trace of an error.", Recursive = true };

    public static async Task<int> RunAsync(Command root, string[] args)
    {
        KeepThreadsForSignals();
        var help = new HelpOption { Recursive = true };
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        root.Options.Add(help);
        root.Options.Add(new VersionOption());
        root.Options.Add(_verbose);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExample) return RefuseUsage(parsed);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = _patience };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (Exception e) when (Cause(e) is OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted. Nothing was left half-written.");
            return Interrupted;
        }
        catch (Exception e)
        {
            return Explain(Cause(e), parsed.GetValue(_verbose));
        }
    }

    /// <summary>Lets Ctrl+C be answered at once: .NET handles it on the thread pool, which training and decoding keep busy, and which grows by a thread every half second.</summary>
    private static void KeepThreadsForSignals()
    {
        const int spare = 4;
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(workers + spare, ports);
    }

    private static int RefuseUsage(ParseResult parsed)
    {
        foreach (var error in parsed.Errors) Console.Error.WriteLine("error: " + error.Message);
        Console.Error.WriteLine($"See `{Name(parsed.CommandResult)} --help` for what is expected.");
        return BadUsage;
    }

    private static string Name(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Name(parent)} {command.Command.Name}" : command.Command.Name;

    private static int Explain(Exception e, bool verbose)
    {
        Console.Error.WriteLine("error: " + Message(e));
        if (verbose) Console.Error.WriteLine(e);
        return e is UsageException ? BadUsage : BadInput;
    }

    private static string Message(Exception e) => e switch
    {
        UnauthorizedAccessException => $"{e.Message} Choose another place, or change its permissions.",
        IOException when IsDiskFull(e) => $"{e.Message} Free disk space and try again; nothing was left half-written.",
        ArgumentException argument when argument.ParamName is string name => e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        _ => e.Message,
    };

    // ENOSPC on Unix; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private static bool IsDiskFull(Exception e) => (e.HResult & 0xffff) is 28 or 112 or 39;

    /// <summary>What really happened, below the wrappers that reflection and tasks put around it.</summary>
    private static Exception Cause(Exception e) => e switch
    {
        AggregateException { InnerExceptions.Count: 1 } aggregate => Cause(aggregate.InnerExceptions[0]),
        System.Reflection.TargetInvocationException { InnerException: Exception inner } => Cause(inner),
        TypeInitializationException { InnerException: Exception inner } => Cause(inner),
        _ => e,
    };
}
