using System.CommandLine;

namespace WiseFt.Tool;

/// <summary>A command with what its help says beyond its options.</summary>
/// <param name="name">The verb.</param>
/// <param name="description">One line, for the list of commands.</param>
/// <param name="example">A command line that works.</param>
/// <param name="details">More sentences for the command's own help.</param>
internal sealed class ToolCommand(string name, string description, string example, string details = "") : Command(name, description)
{
    /// <summary>Exit codes besides 0.</summary>
    public const int BadInput = 1, BadUsage = 2, Interrupted = 130;

    public string Example { get; } = example;

    public string Details { get; } = details;

    /// <summary>Gives the command the flags of a record.</summary>
    public void Add<T>(OptionSet<T> options)
        where T : class
    {
        foreach (Option flag in options.Flags) Options.Add(flag);
    }
}
