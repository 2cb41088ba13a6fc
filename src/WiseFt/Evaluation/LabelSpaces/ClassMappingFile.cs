using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WiseFt.Evaluation;

/// <summary>A mapping file's JSON, docs/label-spaces.md: nothing unknown, nothing twice, nothing missing.</summary>
internal static class ClassMappingFile
{
    private static readonly JsonSerializerOptions _format = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static ClassMapping Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var file = JsonSerializer.Deserialize<MappingEntry>(json, _format)
                ?? throw new ArgumentException($"{source} is not a mapping: it holds null.");
            CheckNoNulls(file, source);
            return new ClassMapping
            {
                Name = file.Name,
                Description = file.Description,
                Merge = file.Merge,
                Classes = [.. file.Classes.Select(c => Class(c, source))],
                Groups = [.. file.Groups.Select(g => Group(g, source))],
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the last for half a surrogate pair
        {
            throw new ArgumentException($"{source} is not a mapping: {exception.Message}", exception);
        }
    }

    private static void CheckNoNulls(MappingEntry file, string source)
    {
        if (file.Classes.Contains(null!) || file.Groups.Contains(null!) || file.Groups.Any(g => g.Labels.Contains(null!)))
            throw new ArgumentException($"{source} is not a mapping: a class, a group or a label is null.");
    }

    private static MappedClass Class(ClassEntry entry, string source) =>
        new(entry.Name, [.. entry.Reference.Select(r => Reference(r, entry.Name, source))]);

    private static ReferenceClass Reference(JsonElement element, string className, string source)
    {
        if (element.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(element.GetString()))
            return ReferenceClass.Named(element.GetString()!);
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int index) && index >= 0)
            return ReferenceClass.At(index);
        throw new ArgumentException(
            $"{source}: class '{className}' has the reference {element.GetRawText()}; expected a class name or a class number from 0.");
    }

    private static FrameGroup Group(GroupEntry group, string source)
    {
        ImmutableArray<string> labels = [.. group.Labels];
        var anchor = new LabelledFrame(group.Anchor, labels);
        return new FrameGroup(anchor, [.. group.Frames.Select(f => Frame(f, anchor, source))]);
    }

    private static LabelledFrame Frame(JsonElement element, LabelledFrame anchor, string source) =>
        element.ValueKind switch
        {
            JsonValueKind.String => new LabelledFrame(element.GetString()!, anchor.Labels),
            JsonValueKind.Object when element.Deserialize<FrameEntry>(_format) is { } frame && !frame.Labels.Contains(null!) =>
                new LabelledFrame(frame.Image, [.. frame.Labels]),
            _ => throw new ArgumentException(
                $"{source}: the group of '{anchor.Image}' has the frame {element.GetRawText()}; " +
                "expected a path or an object with image and labels."),
        };

    private sealed record MappingEntry
    {
        public required string Name { get; init; }

        public string? Description { get; init; }

        public ClassMerge Merge { get; init; }

        public required IReadOnlyList<ClassEntry> Classes { get; init; }

        public IReadOnlyList<GroupEntry> Groups { get; init; } = [];
    }

    private sealed record ClassEntry
    {
        public required string Name { get; init; }

        public required IReadOnlyList<JsonElement> Reference { get; init; }
    }

    private sealed record GroupEntry
    {
        public required string Anchor { get; init; }

        public required IReadOnlyList<string> Labels { get; init; }

        public required IReadOnlyList<JsonElement> Frames { get; init; }
    }

    private sealed record FrameEntry
    {
        public required string Image { get; init; }

        public required IReadOnlyList<string> Labels { get; init; }
    }
}
