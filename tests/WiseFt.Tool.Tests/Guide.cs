using System.Text.RegularExpressions;

namespace WiseFt.Tool.Tests;

/// <summary>A page of docs/ whose commands are run: its lines that begin as at a prompt, <c>$ wiseft …</c>.</summary>
internal static partial class Guide
{
    // What would have to be fetched, and a model of its kind that is here.
    private static readonly Dictionary<string, string> _models = new()
    {
        ["openai/clip-vit-base-patch32"] = Fixtures.Data("starter-clip"),
        ["laion/CLIP-ViT-B-32-laion2B-s34B-b79K"] = Fixtures.Data("starter-clip"),
        ["./clip-vit-base-patch32"] = Fixtures.Data("starter-clip"),
        ["ViT-B-32.pt"] = Fixtures.Path("models/openai-vit/model.pt"),
        ["epoch_10.pt"] = Fixtures.Path("models/openai-state-dict/model.pt"),
    };

    /// <summary>The commands as words after <c>wiseft</c>, in the page's order.</summary>
    /// <param name="page">The page's path below docs/.</param>
    public static IEnumerable<string[]> Commands(string page) =>
        File.ReadLines(Path.Combine(Fixtures.RepositoryRoot, "docs", page))
            .Where(line => line.StartsWith("$ wiseft ", StringComparison.Ordinal))
            .Select(line => Words().Matches(line["$ wiseft ".Length..]).Select(m => m.Value.Trim('"')).ToArray())
            .Select(words => words.Select(word => _models.GetValueOrDefault(word, word)).ToArray());

    /// <summary>Runs a command in a folder; it ends well.</summary>
    /// <returns>What it printed on both outputs.</returns>
    public static async Task<string> RunAsync(string folder, string[] words)
    {
        using ToolProcess tool = ToolProcess.StartDotnet(
            folder, [Path.Combine(AppContext.BaseDirectory, "WiseFt.Tool.dll"), .. words], ("OMP_NUM_THREADS", "1"));
        var (exitCode, output, errors) = await tool.EndAsync();
        exitCode.Should().Be(0, "{0}: {1}", string.Join(' ', words), errors);
        errors.Should().NotContain("   at ");
        return output + errors;
    }

    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex Words();
}
