using System.Collections.Immutable;
using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>Shape of the image encoder: a vision transformer, or a ModifiedResNet where <see cref="ResNet"/> is given.</summary>
public sealed record VisionConfig
{
    private const int MaximumResolution = 4096; // the preprocessor's
    private const int MaximumLayers = 1000;

    /// <summary>Height and width of the input, in pixels.</summary>
    public required int Resolution { get; init => field = Check.InRange(value, 1, MaximumResolution); }

    /// <summary>Height and width, in pixels, of what becomes one token: a patch, or 32 in a ModifiedResNet.</summary>
    public required int PatchSize { get; init => field = Check.InRange(value, 1, MaximumResolution); }

    /// <summary>Length D of a token's vector, or the stem's channels in a ModifiedResNet.</summary>
    public required int Width { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>How many residual blocks there are.</summary>
    public required int Layers { get; init => field = Check.InRange(value, 1, 4 * MaximumLayers); }

    /// <summary>How many heads a block's attention has, or the attention pool of a ModifiedResNet.</summary>
    public required int Heads { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>Length of the MLP's hidden vector. A ModifiedResNet has no MLP.</summary>
    public required int MlpWidth { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>The MLP's non-linearity. A ModifiedResNet has ReLU whatever stands here.</summary>
    public required Activation Activation { get; init => field = Check.Defined(value); }

    /// <summary>Added to the variance in layer normalisation. Default 1e-5, as every published CLIP has it.</summary>
    public double LayerNormEpsilon { get; init => field = Check.Positive(value); } = 1e-5;

    /// <summary>The blocks in the four stages of a ModifiedResNet. Default null: a vision transformer.</summary>
    public ResNetStages? ResNet { get; init; }

    /// <summary>How many tokens an image becomes: its patches and the class token.</summary>
    public int TokenCount => Resolution / PatchSize * (Resolution / PatchSize) + Tower.ExtraTokens;

    /// <summary>Length of the vectors that attention works on.</summary>
    internal long AttentionWidth => Tower.AttentionWidth(this);

    /// <summary>Its family.</summary>
    internal ImageTower Tower => ResNet is null ? ImageTower.VisionTransformer : ImageTower.ModifiedResNet;

    /// <summary>A ModifiedResNet.</summary>
    /// <param name="resolution">Height and width of the input, in pixels: a multiple of 32.</param>
    /// <param name="width">Channels of the stem; 64 in RN50.</param>
    /// <param name="stages">Bottleneck blocks in each stage.</param>
    /// <param name="heads">Heads of the attention pool; null for 64 channels a head, as in OpenAI's models.</param>
    /// <exception cref="ArgumentException">The numbers do not fit together.</exception>
    public static VisionConfig ModifiedResNet(int resolution, int width, ResNetStages stages, int? heads = null)
    {
        ArgumentNullException.ThrowIfNull(stages);
        return new VisionConfig
        {
            Resolution = resolution,
            PatchSize = Models.ModifiedResNet.Stride,
            Width = width,
            Layers = stages.Counts.Sum(),
            Heads = heads ?? Math.Max(1, width * Models.ModifiedResNet.Expansion / 64),
            MlpWidth = 1,
            Activation = Activation.QuickGelu,
            ResNet = stages,
        }.Validated();
    }

    /// <summary>This configuration, if its numbers fit together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal VisionConfig Validated()
    {
        if (AttentionWidth % Heads != 0)
            throw new ArgumentException(
                $"The image encoder's attention is {AttentionWidth} wide with {Heads} heads; " +
                "expected a number of heads that divides the width.");
        if (Resolution < PatchSize)
            throw new ArgumentException(
                $"The image encoder's input is {Resolution} pixels wide and a patch {PatchSize}; " +
                "expected a patch no larger than the input.");
        Tower.Validate(this);
        return this;
    }

    /// <summary>Every tensor under OpenAI's names, which begin with <c>visual.</c>, without making any.</summary>
    internal ImmutableArray<TensorInfo> Tensors(long embeddingDimension) => Tower.Tensors(this, embeddingDimension);
}

/// <summary>How many bottleneck blocks each of the four stages of a ModifiedResNet has; (3, 4, 6, 3) in RN50.</summary>
/// <param name="First">At the stem's resolution R / 4.</param>
/// <param name="Second">At R / 8.</param>
/// <param name="Third">At R / 16.</param>
/// <param name="Fourth">At R / 32.</param>
public sealed record ResNetStages(int First, int Second, int Third, int Fourth)
{
    private const int MaximumBlocks = 1000;

    /// <summary>Blocks at the stem's resolution R / 4.</summary>
    public int First { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(First, 1, MaximumBlocks);

    /// <summary>Blocks at R / 8.</summary>
    public int Second { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(Second, 1, MaximumBlocks);

    /// <summary>Blocks at R / 16.</summary>
    public int Third { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(Third, 1, MaximumBlocks);

    /// <summary>Blocks at R / 32.</summary>
    public int Fourth { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(Fourth, 1, MaximumBlocks);

    /// <summary>The four numbers, in order.</summary>
    internal int[] Counts => [First, Second, Third, Fourth];
}
