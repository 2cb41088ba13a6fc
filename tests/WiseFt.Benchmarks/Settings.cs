using System.Globalization;

namespace WiseFt.Benchmarks;

/// <summary>What the command line says.</summary>
internal sealed record Settings
{
    public IReadOnlyList<string> Names { get; private init; } = [];

    public string Model { get; private init; } = "b-32";

    public int Repetitions { get; private init; } = 5;

    public int Images { get; private init; } = 64;

    public int Rows { get; private init; } = 20_000;

    public int Classes { get; private init; } = 50;

    public string? JsonPath { get; private init; }

    public bool List => Names.Contains("list");

    public static Settings Parse(string[] args)
    {
        var settings = new Settings();
        for (int i = 0; i < args.Length; i++)
            settings = args[i].StartsWith("--", StringComparison.Ordinal)
                ? settings.With(args[i], i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} has no value."))
                : settings with { Names = [.. settings.Names, args[i]] };
        return settings.Names.Count > 0 ? settings : throw new ArgumentException("Expected all, list, or names of benchmarks.");
    }

    /// <summary>The benchmarks asked for, in the catalogue's order.</summary>
    public Benchmark[] Choose(Benchmark[] all)
    {
        string[] unknown = [.. Names.Except(["all", "list", .. all.Select(b => b.Name)])];
        if (unknown.Length > 0)
            throw new ArgumentException(
                $"There is no benchmark {unknown[0]}; expected all, list, or some of {string.Join(", ", all.Select(b => b.Name))}.");
        return Names.Contains("all") || List ? all : [.. all.Where(b => Names.Contains(b.Name))];
    }

    private Settings With(string option, string value) => option switch
    {
        "--json" => this with { JsonPath = value },
        "--model" => this with { Model = value },
        "--repetitions" => this with { Repetitions = Number(option, value) },
        "--images" => this with { Images = Number(option, value) },
        "--rows" => this with { Rows = Number(option, value) },
        "--classes" => this with { Classes = Number(option, value) },
        _ => throw new ArgumentException(
            $"There is no option {option}; expected --json, --model, --repetitions, --images, --rows or --classes."),
    };

    private static int Number(string option, string value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number > 0
        ? number
        : throw new ArgumentException($"{option} is '{value}'; expected a number from 1 up.");
}
