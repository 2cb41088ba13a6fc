using System.Text.Json.Serialization;
using WiseFt.Evaluation;

namespace WiseFt.Runs;

/// <summary>A distribution shift as a value: its name, where its images are, and how its classes are related to the model's.</summary>
internal sealed record ShiftSource
{
    /// <summary>A shift.</summary>
    /// <param name="name">What tables call it.</param>
    /// <param name="data">Where its images are. A built-in mapping also says how a folder's sub-folders are named.</param>
    /// <param name="mapping">A built-in mapping's name, or a mapping file's path;
    /// null for the one that the data's layout brings, if any.</param>
    /// <exception cref="FormatException">The mapping is neither.</exception>
    /// <exception cref="ArgumentException">The file is no mapping.</exception>
    [JsonConstructor]
    public ShiftSource(string name, DataSource data, string? mapping = null)
    {
        bool isBuiltIn = mapping is not null && ClassMapping.BuiltInNames.Contains(mapping);
        if (mapping is not null && !isBuiltIn && !File.Exists(mapping))
            throw new FormatException(
                $"'{mapping}' is no file and no built-in mapping; there are {string.Join(", ", ClassMapping.BuiltInNames)}.");
        Name = name;
        Data = isBuiltIn && data.Kind == DataSource.Folder ? new DataSource(mapping!, data.Location, data.Settings) : data;
        Mapping = mapping ?? data.BuiltInMapping;
        FindMapping(); // a file that is no mapping is refused here, before a model is loaded
    }

    /// <summary>What tables call it.</summary>
    public string Name { get; }

    /// <summary>Where its images are.</summary>
    public DataSource Data { get; }

    /// <summary>A built-in mapping's name, or the path of a mapping file; null where the classes are the model's.</summary>
    public string? Mapping { get; }

    /// <summary>The shift's images, for a model's classes.</summary>
    /// <inheritdoc cref="DataSource.Load"/>
    public DistributionShift Load(IReadOnlyList<string> modelClasses)
    {
        ClassMapping? mapping = FindMapping();
        return new DistributionShift(Name, Data.Load(mapping is null ? modelClasses : [.. mapping.Classes.Select(c => c.Name)]), mapping);
    }

    private ClassMapping? FindMapping() => Mapping is null ? null
        : ClassMapping.BuiltInNames.Contains(Mapping) ? ClassMapping.BuiltIn(Mapping) : ClassMapping.Load(Mapping);
}
