using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using WiseFt.Images;

namespace WiseFt.Tool;

/// <summary>Where results and progress go: results to standard output, progress and remarks to standard error.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for a terminal, not for a web page
    };

    /// <summary>Standard error, with colours and bars where it is a terminal.</summary>
    public static IAnsiConsole Progress { get; } = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>A number of things: "1 image", "2,000 images".</summary>
    public static string Count(long number, string one) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {one}{(number == 1 ? "" : "s")}");

    /// <summary>One JSON document on standard output.</summary>
    public static void Json(object document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, _json));

    /// <summary>A sentence on standard output.</summary>
    public static void Say(string text) => Write(AnsiConsole.Console, Console.Out, text);

    /// <summary>A remark on standard error; above the bar where one is shown.</summary>
    public static void Remark(string text) => Write(Progress, Console.Error, text);

    /// <summary>A remark about files among the images that are not read: how many of each kind, and the first.</summary>
    /// <param name="where">What holds them: a flag, or a test set's name.</param>
    /// <param name="files">The files; nothing is said of none.</param>
    public static void LeftOut(string where, IReadOnlyList<LeftOutFile> files)
    {
        if (files.Count > 0) Remark($"{where}: left out {Count(files.Count, "file")} not read: {LeftOutFile.Summary(files)}.");
    }

    /// <summary>A remark about images that were left out.</summary>
    public static void Skipped(IReadOnlyList<ImageException> skipped)
    {
        if (skipped.Count == 0) return;
        Remark($"Left out {Count(skipped.Count, "image")} that cannot be read:");
        foreach (ImageException image in skipped) Remark("  " + image.Message);
    }

    /// <summary>Writes lines, broken between words where a terminal is narrow; commands, which are indented, stay whole to be copied.
    /// </summary>
    private static void Write(IAnsiConsole console, TextWriter writer, string text)
    {
        foreach (string line in text.Split('\n'))
            if (console.Profile.Out.IsTerminal && !line.StartsWith(' ')) console.WriteLine(line);
            else writer.WriteLine(line);
    }
}
