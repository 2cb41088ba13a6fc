using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>A distribution shift as the command line names it: NAME=DATA, and perhaps a mapping of its classes.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Data">Where its images are.</param>
/// <param name="Mapping">How its classes are related to the model's; null where they are the same.</param>
internal sealed record ShiftSource(string Name, DataSource Data, ClassMapping? Mapping)
{
    /// <summary>Reads the values of <c>--shift</c> and <c>--mapping</c>.</summary>
    /// <exception cref="UsageException">One is malformed, a name occurs twice, or a mapping is for no shift.</exception>
    /// <exception cref="ArgumentException">A mapping file is no mapping.</exception>
    public static ShiftSource[] Parse(string[] shifts, string[] mappings)
    {
        var named = mappings.Select(m => Halves("--mapping", m, "NAME=MAPPING, for example rendition=imagenet-r")).ToArray();
        var sources = shifts.Select(s => Halves("--shift", s, "NAME=DIR, for example sketch=data/sketch")).ToArray();
        RequireOnce("--shift", sources.Select(s => s.Name));
        RequireOnce("--mapping", named.Select(m => m.Name));
        string? unknown = named.Select(m => m.Name).FirstOrDefault(m => sources.All(s => s.Name != m));
        if (unknown is not null) throw new UsageException($"--mapping is for '{unknown}', and no --shift has that name.");
        return [.. sources.Select(s => Create(s.Name, DataSource.Parse("--shift", s.Value), named.FirstOrDefault(m => m.Name == s.Name).Value))];
    }

    /// <summary>The shift for a model's classes.</summary>
    public DistributionShift Load(IReadOnlyList<string> modelClasses, bool skipBadImages, CancellationToken cancel) =>
        new(Name, ImageSets.Load(Data, Mapping is null ? modelClasses : [.. Mapping.Classes.Select(c => c.Name)], skipBadImages, cancel), Mapping);

    private static ShiftSource Create(string name, DataSource data, string? mapping)
    {
        if (mapping is null) return new ShiftSource(name, data, data.BuiltInMapping is string own ? ClassMapping.BuiltIn(own) : null);
        if (!ClassMapping.BuiltInNames.Contains(mapping)) return new ShiftSource(name, data, Read(mapping));
        // A built-in mapping also says how its data set's folders are named.
        return new ShiftSource(name, data.Kind == DataSource.Folder ? data with { Kind = mapping } : data, ClassMapping.BuiltIn(mapping));
    }

    private static ClassMapping Read(string path) => File.Exists(path) ? ClassMapping.Load(path)
        : throw new UsageException($"--mapping: '{path}' is no file and no built-in mapping; there are {string.Join(", ", ClassMapping.BuiltInNames)}.");

    private static (string Name, string Value) Halves(string option, string text, string expected)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && equals < text.Length - 1 ? (text[..equals], text[(equals + 1)..]) : throw new UsageException($"{option} is '{text}'; expected {expected}.");
    }

    private static void RequireOnce(string option, IEnumerable<string> names)
    {
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (twice is not null) throw new UsageException($"{option} names '{twice}' twice; expected a different name for each distribution shift.");
    }
}
