using System.CommandLine;
using System.Text;
using System.Text.Json;
using WiseFt.Models;

namespace WiseFt.Tool;

/// <summary><c>wiseft tokenize</c>: lines of text to token ids.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        Option<string> model = SharedOptions.ClipModel();
        OptionSet<ClipOverrides> overrides = SharedOptions.ModelFlags();
        var command = new ToolCommand(
            "tokenize", "Token ids of each line of standard input.",
            "echo \"a photo of a cat\" | wiseft tokenize --model openai/clip-vit-base-patch32",
            "Prints one JSON array a line, as long as the model's context.")
        {
            model, overrides,
        };
        command.SetAction((parsed, cancel) =>
            Task.Run(() => Run(parsed.GetRequiredValue(model), overrides.Read(parsed), cancel), cancel));
        return command;
    }

    private static int Run(string model, ClipOverrides overrides, CancellationToken cancel)
    {
        using ClipCheckpoint checkpoint = ClipFormats.Open(model, overrides);
        SharedOptions.Assumed(checkpoint.Assumptions);
        if (!Console.IsInputRedirected) Output.Remark("Reading lines from this terminal; Ctrl+D (Ctrl+Z on Windows) ends them.");
        // UTF-8 whatever the terminal's culture says; a byte is a letter here, so that a line that is no UTF-8 is refused as it was.
        using var input = new StreamReader(Console.OpenStandardInput(), Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        for (int number = 1; input.ReadLine() is string line; number++)
        {
            cancel.ThrowIfCancellationRequested();
            string text = Utf8Text.Decode(Encoding.Latin1.GetBytes(line), $"Standard input, line {number}");
            Console.Out.WriteLine(JsonSerializer.Serialize(checkpoint.Tokenizer.EncodeIds(text)));
        }
        return 0;
    }
}
