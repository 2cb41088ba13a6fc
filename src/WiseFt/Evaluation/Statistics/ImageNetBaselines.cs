using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WiseFt.Evaluation;

/// <summary>Built-in baselines of effective robustness for ImageNet's distribution shifts.</summary>
/// <remarks>
/// Fitted to robustness_top1s.csv of modestyachts/imagenet-testbed@0170eec (MIT), models of type STANDARD (trained on ImageNet alone) with
/// a validation accuracy of at least 55%, without the variants "aws", "batch64" and "subsample"; ordinary least squares. ImageNet-A was
/// selected against a ResNet-50, so its models lie on no line: its fits carry a warning.
/// </remarks>
public static class ImageNetBaselines
{
    /// <summary>x is the accuracy on ImageNet's validation images with all 1000 classes: the paper's axis.</summary>
    public const string AllClasses = "imagenet";

    /// <summary>x is the accuracy on the validation images of the shift's classes, with the logits of those classes alone.</summary>
    public const string ShiftClasses = "imagenet-on-shift-classes";

    private static readonly Lazy<ImmutableArray<BaselineFit>> _all = new(Read);

    private static readonly JsonSerializerOptions _format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>All fits, logit and probit.</summary>
    public static ImmutableArray<BaselineFit> All => _all.Value;

    /// <summary>The fit of one shift.</summary>
    /// <param name="shift">
    /// "imagenet-v2" (matched frequency), "imagenet-r", "imagenet-sketch", "objectnet" or "imagenet-a"; with <see cref="ShiftClasses"/>
    /// "imagenet-r", "objectnet", "imagenet-a", "imagenet-vid-robust-pm0" or "ytbb-robust-pm0".
    /// </param>
    /// <param name="scale">The axis. Default logit, the paper's.</param>
    /// <param name="reference">What x is: <see cref="AllClasses"/> (the default, as in the paper) or <see cref="ShiftClasses"/>.</param>
    /// <exception cref="ArgumentException">There is no such fit; the message lists those there are.</exception>
    public static BaselineFit Find(string shift, AccuracyScale scale = AccuracyScale.Logit, string reference = AllClasses)
    {
        ArgumentNullException.ThrowIfNull(shift);
        var candidates = All.Where(f => f.Scale == scale && f.Reference == reference).ToArray();
        return candidates.FirstOrDefault(f => f.Shift == shift) ?? throw new ArgumentException(
            $"No built-in {scale} baseline of shift '{shift}' against '{reference}'; there are " +
            $"{(candidates.Length == 0 ? "none against that reference" : string.Join(", ", candidates.Select(f => f.Shift)))}. " +
            "Fit one to your own models with BaselineFit.Fit.", nameof(shift));
    }

    private static ImmutableArray<BaselineFit> Read()
    {
        using var stream = typeof(ImageNetBaselines).Assembly.GetManifestResourceStream("imagenet-baselines.json")!;
        return JsonSerializer.Deserialize<BaselineFile>(stream, _format)!.Fits;
    }

    private sealed record BaselineFile(string Source, string Licence, string Method, ImmutableArray<BaselineFit> Fits);
}
