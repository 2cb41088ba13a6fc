using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>Architecture of a CLIP model: everything that its weights' shapes and its forward pass depend on.</summary>
public sealed record ClipConfig
{
    /// <summary>OpenAI's name of the logarithm of the factor by which cosines become logits.</summary>
    internal const string LogitScaleName = "logit_scale";

    /// <summary>Length of the vectors in which images and texts are compared.</summary>
    public required int EmbeddingDimension { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>The image encoder.</summary>
    public required VisionConfig Vision { get; init; }

    /// <summary>The text encoder.</summary>
    public required TextConfig Text { get; init; }

    /// <summary>How many trained numbers the model has.</summary>
    public long ParameterCount => Tensors().Where(t => t.Role == TensorRole.Parameter).Sum(t => t.ElementCount);

    /// <summary>The family it belongs to.</summary>
    internal ModelFamily Family => ModelFamily.Of(Vision);

    /// <summary>Every tensor under OpenAI's names, without making any.</summary>
    internal IReadOnlyList<TensorInfo> Tensors() =>
        [.. Vision.Tensors(EmbeddingDimension), .. Text.Tensors(EmbeddingDimension), new TensorInfo(LogitScaleName, [])];

    /// <summary>The activations that count, those of encoders that have an MLP:
    /// a ModifiedResNet has ReLU whatever its configuration says.</summary>
    internal IEnumerable<Activation> Activations => Vision.Tower.HasMlp ? [Vision.Activation, Text.Activation] : [Text.Activation];

    /// <summary>This configuration, if its numbers fit together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal ClipConfig Validated()
    {
        Vision.Validated();
        Text.Validated();
        return this;
    }

    /// <summary>This configuration with another activation in both encoders; null changes nothing.</summary>
    internal ClipConfig WithActivation(Activation? activation) =>
        activation is { } a ? this with { Vision = Vision with { Activation = a }, Text = Text with { Activation = a } } : this;
}
