using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace WiseFt.Images;

/// <summary>Reads the preprocessing of configuration files. A value that would change pixels and is not supported is refused.</summary>
internal static class PreprocessorConfig
{
    private const string ClipDefaults = """{"size": {"shortest_edge": 224}, "crop_size": 224, "resample": 3}""";

    // What transformers' image processors do where a file does not say (image_processing_*.py); bilinear is 2, bicubic 3.
    private static readonly FrozenDictionary<string, string> _defaults = new Dictionary<string, string>
    {
        ["CLIP"] = ClipDefaults,
        ["ChineseCLIP"] = ClipDefaults,
        ["Bit"] = ClipDefaults,
        ["Blip"] = """{"size": {"height": 384, "width": 384}, "do_center_crop": false, "resample": 3}""",
        ["ViT"] = """
            {"size": {"height": 224, "width": 224}, "do_center_crop": false, "resample": 2, "image_mean": 0.5, "image_std": 0.5}
            """,
        ["Siglip"] = """
            {"size": {"height": 224, "width": 224}, "do_center_crop": false, "resample": 3, "image_mean": 0.5, "image_std": 0.5}
            """,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Pillow's numbers 0 to 5
    private static readonly string[] _resampleNames = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

    /// <summary>See <see cref="ClipPreprocessor.FromHuggingFace"/>.</summary>
    public static ClipPreprocessor FromHuggingFace(JsonElement config)
    {
        RequireObject(config, "preprocessor_config.json");
        config = WithDefaults(config);
        foreach (string step in (string[])["do_resize", "do_normalize", "do_rescale", "do_convert_rgb"])
            if (Find(config, step) is { } value && value.ValueKind == JsonValueKind.False)
                throw Refuse(step, value, "true (or no such key): without this step the encoder does not get the input it was trained on");
        if (Find(config, "do_pad") is { ValueKind: JsonValueKind.True } pad) throw Refuse("do_pad", pad, "false (or no such key)");
        if (Find(config, "rescale_factor") is { } factor && Math.Abs(Number(factor, "rescale_factor") - 1.0 / 255) > 1e-9)
            throw Refuse("rescale_factor", factor, "1/255 = 0.00392156862745098");

        bool crop = Find(config, "do_center_crop") is not { ValueKind: JsonValueKind.False } && Find(config, "crop_size") is not null;
        var preprocessor = Normalisation(config, "image_mean", "image_std") with { ResizeFilter = Resample(config) };
        if (Find(config, "size") is not { } size)
            throw new ArgumentException("The key size is missing; expected a number or {\"shortest_edge\": 224}.");
        // {"height", "width"}: both sides, the ratio is lost
        if (size.ValueKind == JsonValueKind.Object && Find(size, "shortest_edge") is null)
        {
            int squashed = Square(size, "size");
            if (crop && Square(config.GetProperty("crop_size"), "crop_size") != squashed)
                throw Refuse("crop_size", config.GetProperty("crop_size"), $"{squashed}, the size after resizing");
            return preprocessor with { Resolution = squashed, ResizeMode = ResizeMode.Squash };
        }
        int shorter = size.ValueKind == JsonValueKind.Object
            ? Integer(size.GetProperty("shortest_edge"), "size.shortest_edge")
            : Integer(size, "size");
        if (!crop) throw new ArgumentException(
            $"The shorter side is resized to {shorter} and nothing is cropped (do_center_crop is false or crop_size is missing), " +
            "so images would not be square. Expected do_center_crop with crop_size, or size with height and width.");
        int side = Square(config.GetProperty("crop_size"), "crop_size");
        if (side > shorter)
            throw Refuse("crop_size", config.GetProperty("crop_size"), $"at most {shorter}, the shorter side after resizing");
        return preprocessor with { Resolution = side, ShorterSide = shorter == side ? null : shorter };
    }

    /// <summary>See <see cref="ClipPreprocessor.FromOpenClip"/>.</summary>
    public static ClipPreprocessor FromOpenClip(JsonElement config, int imageSize)
    {
        RequireObject(config, "preprocess_cfg");
        if (Find(config, "mode") is { } mode && Text(mode, "mode") != "RGB") throw Refuse("mode", mode, "RGB");
        if (Find(config, "size") is { } size && Square(size, "size") != imageSize)
            throw Refuse("size", size, $"{imageSize}, the vision tower's image_size");
        return Normalisation(config, "mean", "std") with
        {
            Resolution = imageSize,
            FillColor = Find(config, "fill_color") is { } fill ? Byte(fill, "fill_color") : (byte)0,
            ResizeFilter = Find(config, "interpolation") is { } interpolation
                ? Text(interpolation, "interpolation") switch
                {
                    "bicubic" or "random" => ResizeFilter.Bicubic, // open_clip: random means bicubic outside training
                    "bilinear" => ResizeFilter.Bilinear,
                    _ => throw Refuse("interpolation", interpolation, "bicubic, bilinear or random"),
                }
                : ResizeFilter.Bicubic,
            ResizeMode = Find(config, "resize_mode") is { } resize
                ? Text(resize, "resize_mode") switch
                {
                    "shortest" => ResizeMode.Shortest,
                    "longest" => ResizeMode.Longest,
                    "squash" => ResizeMode.Squash,
                    _ => throw Refuse("resize_mode", resize, "shortest, longest or squash"),
                }
                : ResizeMode.Shortest,
        };
    }

    /// <summary>The configuration with what its kind of image processor does where it says nothing.</summary>
    private static JsonElement WithDefaults(JsonElement config)
    {
        if (Find(config, "image_processor_type") is not { } type) return config;
        string name = Text(type, "image_processor_type"), kind = name;
        foreach (string ending in (string[])["Fast", "Pil", "ImageProcessor"])
            if (kind.EndsWith(ending, StringComparison.Ordinal)) kind = kind[..^ending.Length];
        if (!_defaults.TryGetValue(kind, out string? defaults))
            throw Refuse("image_processor_type", type, string.Join(", ", _defaults.Keys.Order().Select(k => k + "ImageProcessor")));
        using var standard = JsonDocument.Parse(defaults);
        // As text: messages quote the file as it is written.
        IEnumerable<JsonProperty> all = config.EnumerateObject()
            .Concat(standard.RootElement.EnumerateObject().Where(p => Find(config, p.Name) is null));
        string text = $"{{{string.Join(',', all.Select(p => $"{JsonSerializer.Serialize(p.Name)}:{p.Value.GetRawText()}"))}}}";
        using var merged = JsonDocument.Parse(text);
        return merged.RootElement.Clone();
    }

    private static ClipPreprocessor Normalisation(JsonElement config, string meanKey, string deviationKey)
    {
        var preprocessor = new ClipPreprocessor();
        if (Find(config, meanKey) is { } mean) preprocessor = preprocessor with { Mean = Floats(mean, meanKey) };
        if (Find(config, deviationKey) is { } deviation)
            preprocessor = preprocessor with { StandardDeviation = Floats(deviation, deviationKey) };
        return preprocessor;
    }

    private static ResizeFilter Resample(JsonElement config)
    {
        if (Find(config, "resample") is not { } resample) return ResizeFilter.Bicubic; // CLIPImageProcessor's default
        string name = resample.ValueKind == JsonValueKind.String ? resample.GetString()!
            : Integer(resample, "resample") is >= 0 and < 6 and var number ? _resampleNames[number]
            : throw Refuse("resample", resample, "0 to 5 (Pillow's filters)");
        return Array.Exists(_resampleNames, known => known == name)
            ? Enum.Parse<ResizeFilter>(name, ignoreCase: true)
            : throw Refuse("resample", resample, string.Join(", ", _resampleNames) + ", or Pillow's number of it");
    }

    /// <summary>A number, or equal height and width.</summary>
    private static int Square(JsonElement value, string key)
    {
        if (value.ValueKind == JsonValueKind.Number) return Integer(value, key);
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is 1 or 2)
        {
            int first = Integer(value[0], key);
            return Integer(value[value.GetArrayLength() - 1], key) == first ? first : throw Refuse(key, value, "a square");
        }
        if (value.ValueKind == JsonValueKind.Object && Find(value, "height") is { } height && Find(value, "width") is { } width)
        {
            int side = Integer(height, key + ".height");
            return Integer(width, key + ".width") == side ? side : throw Refuse(key, value, "a square");
        }
        throw Refuse(key, value, "a number, or equal height and width");
    }

    private static ImmutableArray<float> Floats(JsonElement value, string key)
    {
        if (value.ValueKind == JsonValueKind.Number) return [.. Enumerable.Repeat((float)Number(value, key), 3)];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 3) throw Refuse(key, value, "three numbers");
        return [.. value.EnumerateArray().Select(x => (float)Number(x, key))];
    }

    private static byte Byte(JsonElement value, string key) =>
        Integer(value, key) is >= 0 and <= 255 and var level ? (byte)level : throw Refuse(key, value, "0 to 255");

    private static int Integer(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Refuse(key, value, "a whole number");

    private static double Number(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Refuse(key, value, "a number");

    private static string Text(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refuse(key, value, "a text");

    /// <summary>The value of a key, or null if it is absent or null.</summary>
    private static JsonElement? Find(JsonElement config, string key) =>
        config.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static void RequireObject(JsonElement config, string what)
    {
        if (config.ValueKind != JsonValueKind.Object) throw new ArgumentException($"{what} is {config.ValueKind}; expected a JSON object.");
    }

    private static ArgumentException Refuse(string key, JsonElement found, string expected) =>
        new($"{key} is {found.GetRawText()}; expected {expected}.");
}
