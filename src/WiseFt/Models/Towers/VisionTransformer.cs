using System.Collections.Immutable;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>CLIP's ViT image encoder: float32 (N, 3, R, R) pixels to (N, E) features.</summary>
/// <remarks>Source: openai/CLIP clip/model.py <c>VisionTransformer</c>; component names are its state-dict keys.</remarks>
internal sealed class VisionTransformer : Module<Tensor, Tensor>
{
    /// <summary>OpenAI's name of the position embeddings.</summary>
    public const string PositionName = Encoder.ImagePrefix + "positional_embedding";

    [ComponentName(Name = "conv1")] private readonly PatchEmbedding _conv1;
    [ComponentName(Name = "class_embedding")] private readonly Parameter _classEmbedding;           // (D)
    [ComponentName(Name = "positional_embedding")] private readonly Parameter _positionalEmbedding; // (L, D)
    [ComponentName(Name = "ln_pre")] private readonly LayerNorm _lnPre;
    [ComponentName(Name = "transformer")] private readonly Transformer _transformer;
    [ComponentName(Name = "ln_post")] private readonly LayerNorm _lnPost;
    [ComponentName(Name = "proj")] private readonly Parameter _proj;                                // (D, E)

    public VisionTransformer(VisionConfig config, int embeddingDimension)
        : base(nameof(VisionTransformer))
    {
        int d = config.Width;
        _conv1 = new PatchEmbedding(config.PatchSize, d);
        _classEmbedding = new Parameter(empty(d));
        _positionalEmbedding = new Parameter(empty(config.TokenCount, d));
        _lnPre = nn.LayerNorm(d, eps: config.LayerNormEpsilon);
        _transformer = new Transformer(config.Layers, () => new ResidualAttentionBlock(
            d, config.Heads, config.MlpWidth, config.Activation, config.LayerNormEpsilon, causal: false));
        _lnPost = nn.LayerNorm(d, eps: config.LayerNormEpsilon);
        _proj = new Parameter(empty(d, embeddingDimension));
        RegisterComponents();
    }

    /// <summary>Every tensor, under OpenAI's names, without making any.</summary>
    public static ImmutableArray<TensorInfo> Tensors(VisionConfig config, long e)
    {
        long d = config.Width, p = config.PatchSize;
        return
        [
            new("visual.conv1.weight", [d, 3, p, p]),
            new("visual.class_embedding", [d]),
            new(PositionName, [config.TokenCount, d]),
            .. LayerTensors.LayerNorm("visual.ln_pre", d),
            .. Transformer.Tensors("visual.transformer", config.Layers, d, config.MlpWidth),
            .. LayerTensors.LayerNorm("visual.ln_post", d),
            new("visual.proj", [d, e]),
        ];
    }

    /// <summary>Fits position embeddings to another resolution: resamples the grid of patches, bicubic and antialiased; the class token's
    /// embedding stays.</summary>
    /// <param name="embedding">float32 (1 + side^2, D).</param>
    /// <param name="side">How many patches the new image has a side.</param>
    /// <returns>float32 (1 + side^2, D) of the new side.</returns>
    /// <remarks>Source: open_clip model.py <c>resize_pos_embed</c>.</remarks>
    public static Tensor ResizePositions(Tensor embedding, int side)
    {
        using var scope = NewDisposeScope();
        long d = embedding.shape[1], old = (long)Math.Round(Math.Sqrt(embedding.shape[0] - 1));
        Tensor grid = embedding.narrow(0, 1, old * old).reshape(1, old, old, d).permute(0, 3, 1, 2);              // (1, D, old, old)
        // (1, D, side, side)
        Tensor resized = functional.interpolate(grid, [side, side], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true)
            .permute(0, 2, 3, 1).reshape((long)side * side, d);                                                     // (side^2, D)
        return cat([embedding.narrow(0, 0, 1), resized]).MoveToOuterDisposeScope();                               // (1 + side^2, D)
    }

    // N images, L tokens, D width, E embedding
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor y = _transformer.ForwardFirst(Embed(input));                            // (N, 1, D): only the class token is read
        return Project(y).MoveToOuterDisposeScope();                                   // (N, E)
    }

    /// <summary>The forward pass in stages, each of which takes what the one before gives:
    /// the embedding, and a stage for each block.</summary>
    public IReadOnlyList<Func<Tensor, Tensor>> Stages()
    {
        IReadOnlyList<ResidualAttentionBlock> blocks = _transformer.Blocks;
        return [Embed, .. blocks.SkipLast(1).Select(b => (Func<Tensor, Tensor>)b.call), x => Last(blocks[^1], x)];
    }

    private Tensor Embed(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor patches = _conv1.call(input);                                           // (N, L - 1, D)
        Tensor classes = _classEmbedding.expand(input.shape[0], 1, -1);                // (N, 1, D)
        Tensor x = cat([classes, patches], dim: 1).add(_positionalEmbedding, Scalars.One); // (N, L, D)
        return _lnPre.call(x).MoveToOuterDisposeScope();                               // (N, L, D)
    }

    private Tensor Last(ResidualAttentionBlock block, Tensor x)
    {
        using Tensor y = block.ForwardFirst(x);                                        // (N, 1, D)
        return Project(y);                                                             // (N, E)
    }

    private Tensor Project(Tensor y)
    {
        using var scope = NewDisposeScope();
        return Products.MatMul(_lnPost.call(y.select(1, 0)), _proj).MoveToOuterDisposeScope(); // (N, E)
    }
}

/// <summary>A convolution without bias over patches that do not overlap: (N, 3, R, R) to (N, (R / P)^2, D).</summary>
internal sealed class PatchEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // (D, 3, P, P)

    public PatchEmbedding(int patchSize, int width)
        : base(nameof(PatchEmbedding))
    {
        _weight = new Parameter(empty(width, 3, patchSize, patchSize));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => Products.Patches(input, _weight);
}
