using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace WiseFt.Tool;

/// <summary>The usual help, and the command's details and example below it.</summary>
internal sealed class HelpWithExample(HelpAction usual) : SynchronousCommandLineAction
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
