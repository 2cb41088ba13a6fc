using System.CommandLine;
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
            "echo \"a photo of a cat\" | wiseft tokenize --model clip-vit-base-patch32",
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
        // UTF-8 whatever the terminal's culture says, and no byte-order mark.
        using var input = new StreamReader(Console.OpenStandardInput(), new System.Text.UTF8Encoding(false));
        while (input.ReadLine() is string line)
        {
            cancel.ThrowIfCancellationRequested();
            Console.Out.WriteLine(JsonSerializer.Serialize(checkpoint.Tokenizer.EncodeIds(line)));
        }
        return 0;
    }
}
