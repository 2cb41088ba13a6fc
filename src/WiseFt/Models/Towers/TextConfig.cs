using System.Collections.Immutable;
using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>Shape of the text encoder.</summary>
public sealed record TextConfig
{
    private const int MaximumLayers = 1000;

    /// <summary>How many tokens a text has, end token and padding included.</summary>
    public required int ContextLength { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>How many different tokens there are.</summary>
    public required int VocabularySize { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>Length D of a token's vector.</summary>
    public required int Width { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>How many residual blocks there are.</summary>
    public required int Layers { get; init => field = Check.InRange(value, 1, MaximumLayers); }

    /// <summary>How many attention heads a block has.</summary>
    public required int Heads { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>Length of the MLP's hidden vector.</summary>
    public required int MlpWidth { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>The MLP's non-linearity.</summary>
    public required Activation Activation { get; init => field = Check.Defined(value); }

    /// <summary>Added to the variance in layer normalisation. Default 1e-5, as every published CLIP has it.</summary>
    public double LayerNormEpsilon { get; init => field = Check.Positive(value); } = 1e-5;

    /// <summary>The token whose first occurrence stands for the text; null for the largest id in the text, as OpenAI does it.</summary>
    public int? EndToken { get; init; }

    /// <summary>Its family.</summary>
    internal TextTower Tower { get; } = TextTower.Clip;

    /// <summary>This configuration, if its numbers fit together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal TextConfig Validated() => Width % Heads == 0
        ? this
        : throw new ArgumentException(
            $"The text encoder is {Width} wide with {Heads} heads; expected a number of heads that divides the width.");

    /// <summary>Every tensor under OpenAI's names, without making any.</summary>
    internal ImmutableArray<TensorInfo> Tensors(long embeddingDimension) => Tower.Tensors(this, embeddingDimension);
}

/// <summary>The non-linearity inside the residual blocks' MLP.</summary>
public enum Activation
{
    /// <summary>x * sigmoid(1.702 x): OpenAI's models, and those that name it (<c>quick_gelu</c>).</summary>
    QuickGelu,

    /// <summary>The exact GELU, x * Phi(x): most models trained with open_clip (<c>gelu</c>).</summary>
    Gelu,
}
