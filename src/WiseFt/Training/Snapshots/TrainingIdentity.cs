using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>What decides the weights that a training run ends with: a run goes on from a snapshot of the same identity only.</summary>
internal sealed record TrainingIdentity
{
    /// <summary>The recipe.</summary>
    public required FineTuningOptions Options { get; init; }

    /// <summary>The classes in their order.</summary>
    public required ImmutableArray<string> ClassNames { get; init; }

    /// <summary>SHA-256 of every weight of the zero-shot classifier, which prompts and model decide.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>How images become pixels.</summary>
    public required string Preprocessing { get; init; }

    /// <summary>How many images there are.</summary>
    public required int Images { get; init; }

    /// <summary><see cref="TrainingImageList.Sha256"/>.</summary>
    public required string ImagesSha256 { get; init; }

    /// <summary>Of the validation images, where they decide on the epoch that is kept; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ValidationSha256 { get; init; }

    /// <summary>Where it is computed. Another machine is no other run, but rounds otherwise.</summary>
    public required string Machine { get; init; }

    public static TrainingIdentity Of(
        ImageClassifier zeroShot, LabelledImages training, TrainingImageList images, FineTuningOptions options) => new()
        {
            Options = Deciding(options),
            ClassNames = [.. training.ClassNames],
            ModelSha256 = TensorHash.Sha256("", zeroShot.Weights),
            Preprocessing = JsonSerializer.Serialize(zeroShot.Preprocessor),
            Images = training.Count,
            ImagesSha256 = images.Sha256(),
            Machine = FormattableString.Invariant(
            $"{zeroShot.Device}, {get_num_threads()} threads, {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}"),
        };

    /// <summary>The same with another recipe.</summary>
    public TrainingIdentity With(FineTuningOptions options) => this with { Options = Deciding(options) };

    /// <summary>Says in words what is different now, but for the images and the machine.</summary>
    public IEnumerable<string> Differences(TrainingIdentity now)
    {
        foreach (string option in OptionDifferences(Options, now.Options)) yield return option;
        if (!ClassNames.SequenceEqual(now.ClassNames, ClassNameComparer.Instance)) yield return ClassDifference(now);
        else if (ModelSha256 != now.ModelSha256) yield return "the model or the prompts of its zero-shot head are others";
        if (ValidationSha256 != now.ValidationSha256) yield return ValidationDifference;
        if (Preprocessing != now.Preprocessing) yield return "the preprocessing of the images is another";
    }

    /// <summary>What is different where <see cref="ValidationSha256"/> is.</summary>
    public const string ValidationDifference = "the validation images, which decide on the epoch that is kept, are others";

    /// <summary>Says in words which settings of two recipes differ.</summary>
    public static IEnumerable<string> OptionDifferences(FineTuningOptions then, FineTuningOptions now)
    {
        JsonObject before = JsonSerializer.SerializeToNode(then)!.AsObject(), after = JsonSerializer.SerializeToNode(now)!.AsObject();
        foreach (var (name, value) in after)
            if (!JsonNode.DeepEquals(before[name], value)) yield return $"{name} was {Text(before[name])} and is {Text(value)}";
    }

    // The head is float32 always.
    private static FineTuningOptions Deciding(FineTuningOptions options) =>
        options.Mode == FineTuningMode.LinearClassifier ? options with { Precision = Precision.Float32 } : options;

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "not given";

    private string ClassDifference(TrainingIdentity now)
    {
        int common = Math.Min(ClassNames.Length, now.ClassNames.Length);
        int first = Enumerable.Range(0, common).FirstOrDefault(i => ClassNames[i] != now.ClassNames[i], common);
        return string.Create(
            CultureInfo.InvariantCulture, $"the {ClassNames.Length} classes are {now.ClassNames.Length} others (the first difference: " +
                $"'{Name(ClassNames)}' was and '{Name(now.ClassNames)}' is class {first})");

        string Name(ImmutableArray<string> names) => first < names.Length ? names[first] : "none";
    }
}
