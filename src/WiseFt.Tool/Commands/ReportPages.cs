using System.CommandLine;
using System.CommandLine.Parsing;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>How `sweep` and `report` draw their pages.</summary>
internal sealed class ReportPages
{
    public Option<string?> ReferenceName { get; } = new("--reference-name")
    {
        Description = "What the report calls the reference distribution, such as ImageNet (default: reference).",
        HelpName = "NAME",
    };

    public Option<string[]> Baselines { get; } = new("--baseline")
    {
        Description = $"Effective robustness of a shift against ImageNet's baseline, as NAME=BASELINE: {string.Join(", ", ImageNetBaselines.All.Where(b => b.Reference == ImageNetBaselines.AllClasses).Select(b => b.Shift).Distinct())}.",
        HelpName = "NAME=BASELINE",
        DefaultValueFactory = _ => [],
    };

    public Option<string> Axes { get; } = Choice("--axes", "linear", "logit", "probit");

    /// <summary>The settings that the command line gives.</summary>
    /// <exception cref="UsageException">A baseline is unknown or given twice.</exception>
    public ReportOptions Read(ParseResult parsed) => new()
    {
        ReferenceName = parsed.GetValue(ReferenceName),
        Axes = parsed.GetValue(Axes) switch { "logit" => AccuracyScale.Logit, "probit" => AccuracyScale.Probit, _ => null },
        Baselines = ReadBaselines(parsed.GetValue(Baselines) ?? []),
    };

    private static Dictionary<string, BaselineFit> ReadBaselines(string[] texts)
    {
        var baselines = new Dictionary<string, BaselineFit>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == text.Length - 1) throw new UsageException($"--baseline is '{text}'; expected NAME=BASELINE, for example sketch=imagenet-sketch.");
            if (!baselines.TryAdd(text[..equals], Find(text[(equals + 1)..]))) throw new UsageException($"--baseline is given twice for '{text[..equals]}'.");
        }
        return baselines;
    }

    private static BaselineFit Find(string name)
    {
        try
        {
            return ImageNetBaselines.Find(name);
        }
        catch (ArgumentException e)
        {
            throw new UsageException("--baseline: " + e.Message.Replace(" (Parameter 'shift')", "", StringComparison.Ordinal));
        }
    }

    private static Option<string> Choice(string name, params string[] choices)
    {
        var option = new Option<string>(name) { Description = $"Axes of the figures of shift against reference: {string.Join(", ", choices)}.", DefaultValueFactory = _ => choices[0] };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }
}
