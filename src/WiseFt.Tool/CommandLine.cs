using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;

namespace WiseFt.Tool;

/// <summary>Runs a command and turns whatever happens into an exit code and words on standard error.</summary>
internal static class CommandLine
{
    // Long enough to finish a training step of a large model before the process is ended.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private static readonly Option<bool> _verbose = new("--verbose")
    {
        Description = "Show the stack trace of an error.",
        Recursive = true,
    };

    public static async Task<int> RunAsync(Command root, string[] args)
    {
        var help = new HelpOption { Recursive = true };
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        root.Options.Add(help);
        root.Options.Add(new VersionOption());
        root.Options.Add(_verbose);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExample) return RefuseUsage(parsed);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = _patience };
        using var stop = new CancellationTokenSource();
        // A terminal that is closed, and Ctrl+\: what a run has done is saved as with Ctrl+C.
        using PosixSignalRegistration hangUp = Stopping(PosixSignal.SIGHUP, stop), quit = Stopping(PosixSignal.SIGQUIT, stop);
        try
        {
            return await parsed.InvokeAsync(configuration, stop.Token);
        }
        catch (Exception e) when (ErrorWords.Cause(e) is OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted. Nothing was left half-written.");
            return ToolCommand.Interrupted;
        }
        catch (Exception e)
        {
            return Explain(ErrorWords.Cause(e), parsed.GetValue(_verbose));
        }
    }

    private static PosixSignalRegistration Stopping(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });

    private static int RefuseUsage(ParseResult parsed)
    {
        foreach (string error in Mistake.Explain(parsed)) Console.Error.WriteLine("error: " + error);
        Console.Error.WriteLine($"See `{Name(parsed.CommandResult)} --help` for what is expected.");
        return ToolCommand.BadUsage;
    }

    private static string Name(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Name(parent)} {command.Command.Name}" : command.Command.Name;

    private static int Explain(Exception e, bool verbose)
    {
        Console.Error.WriteLine("error: " + ErrorWords.Of(e));
        if (verbose) Console.Error.WriteLine(e);
        return e is UsageException ? ToolCommand.BadUsage : ToolCommand.BadInput;
    }

    /// <summary>The usual help, and the command's details and example below it.</summary>
    private sealed class HelpWithExample(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int result = usual.Invoke(parseResult);
            if (parseResult.CommandResult.Command is not ToolCommand command) return result;
            TextWriter output = parseResult.InvocationConfiguration.Output;
            if (command.Details.Length > 0) output.WriteLine($"{command.Details}\n");
            output.WriteLine($"Example:\n  {command.Example}\n");
            return result;
        }
    }
}
