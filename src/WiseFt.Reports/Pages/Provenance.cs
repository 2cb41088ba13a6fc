using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>What a reader has to know of how a report came about: what callers say, and what this library knows itself.</summary>
internal static class Provenance
{
    private const int CommitLetters = 7;

    /// <summary>By name, in the order of the page.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Of(RobustnessReport report, ReportOptions options)
    {
        (string Name, string Text)[] all =
        [
            .. options.Provenance.Concat(options.Arguments).Select(p => (p.Key, p.Value)),
            ("Reference distribution", InWords(report, 0)),
            .. report.Sets.Length > 1
                ? [("Distribution shifts", string.Join("; ", report.Sets.Select((_, s) => InWords(report, s)).Skip(1)))]
                : Array.Empty<(string, string)>(),
            ("Alphas", string.Join(", ", report.Alphas.Select(Text.Alpha))),
            ("Pages written", Written(options.Clock.GetUtcNow())),
        ];
        return [.. all.DistinctBy(p => p.Name, StringComparer.OrdinalIgnoreCase).Select(p => KeyValuePair.Create(Capital(p.Name), p.Text))];
    }

    private static string InWords(RobustnessReport report, int s)
    {
        EvaluatedSet set = report.Sets[s];
        if (set.Count == 0) return set.Name;
        string images = $"{set.Name}: {Text.Number(set.Count, "0")} {(set.Count == 1 ? "image" : "images")}";
        int classes = report.ClassNamesOf(s).Length, present = set.Labels.Distinct().Count();
        if (classes == 0 || present == 0) return images;
        return images + (present == classes ? $" of {Text.Number(classes, "0")} classes"
            : $" of {Text.Number(present, "0")} of {Text.Number(classes, "0")} classes");
    }

    private static string Written(DateTimeOffset now) =>
        now.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) +
        $" by WiseFt {Version()} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, " +
        $"{Text.Number(Environment.ProcessorCount, "0")} processors, {RuntimeInformation.FrameworkDescription}";

    private static string Version()
    {
        string[] parts = typeof(RobustnessReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+', 2);
        return parts.Length == 1 ? parts[0] : $"{parts[0]}, commit {parts[1][..Math.Min(parts[1].Length, CommitLetters)]},";
    }

    /// <summary>A field of results.jsonl as a page writes it.</summary>
    private static string Capital(string name) =>
        name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');
}
