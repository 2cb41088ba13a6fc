using System.Collections.Immutable;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>CLIP's text encoder: int64 (N, L) token ids to (N, E) features.</summary>
/// <remarks>Source: openai/CLIP clip/model.py <c>CLIP.encode_text</c>; component names are its state-dict keys.</remarks>
internal sealed class TextTransformer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "token_embedding")] private readonly TokenEmbedding _tokenEmbedding;
    [ComponentName(Name = "positional_embedding")] private readonly Parameter _positionalEmbedding; // (L, D)
    [ComponentName(Name = "transformer")] private readonly Transformer _transformer;
    [ComponentName(Name = "ln_final")] private readonly LayerNorm _lnFinal;
    [ComponentName(Name = "text_projection")] private readonly Parameter _textProjection;           // (D, E)
    private readonly int? _endToken;

    public TextTransformer(TextConfig config, int embeddingDimension)
        : base(nameof(TextTransformer))
    {
        int d = config.Width;
        _endToken = config.EndToken;
        _tokenEmbedding = new TokenEmbedding(config.VocabularySize, d);
        _positionalEmbedding = new Parameter(empty(config.ContextLength, d));
        _transformer = new Transformer(config.Layers, () => new ResidualAttentionBlock(
            d, config.Heads, config.MlpWidth, config.Activation, config.LayerNormEpsilon, config.Tower.IsCausal));
        _lnFinal = nn.LayerNorm(d, eps: config.LayerNormEpsilon);
        _textProjection = new Parameter(empty(d, embeddingDimension));
        RegisterComponents();
    }

    /// <summary>Every tensor, under OpenAI's names, without making any.</summary>
    public static ImmutableArray<TensorInfo> Tensors(TextConfig config, long e)
    {
        long d = config.Width;
        return
        [
            new("token_embedding.weight", [config.VocabularySize, d]),
            new("positional_embedding", [config.ContextLength, d]),
            .. Transformer.Tensors("transformer", config.Layers, d, config.MlpWidth),
            .. LayerTensors.LayerNorm("ln_final", d),
            new("text_projection", [d, e]),
        ];
    }

    /// <summary>Computes the beginning that many texts share, once: int64 (P) ids. The encoder must be causal.</summary>
    public TextPrefix Prefix(Tensor ids)
    {
        using var scope = NewDisposeScope();
        Tensor x = Embed(ids.unsqueeze(0), 0);                                         // (1, P, D)
        var blocks = new List<(Tensor Keys, Tensor Values)>();
        foreach (ResidualAttentionBlock block in _transformer.Blocks)
        {
            (x, Tensor keys, Tensor values) = block.ForwardKeeping(x);
            blocks.Add((keys.DetachFromDisposeScope(), values.DetachFromDisposeScope()));
        }
        return new TextPrefix(ids.shape[0], blocks);
    }

    /// <summary>Texts that begin alike: int64 (N, L) ids of what is after the beginning, the end token among them, to (N, E) features.
    /// </summary>
    public Tensor ForwardAfter(TextPrefix prefix, Tensor ids)
    {
        using var scope = NewDisposeScope();
        Tensor end = End(ids);                                                         // (N)
        long l = end.max().item<long>() + 1;                                           // a part of a batch may need less than the batch
        Tensor mask = ones(l, prefix.Length + l, dtype: ScalarType.Bool, device: ids.device).tril(prefix.Length); // (L, P + L)
        Tensor x = Embed(ids.narrow(1, 0, l), prefix.Length);                          // (N, L, D)
        foreach (var (block, (keys, values)) in _transformer.Blocks.Zip(prefix.Blocks))
        {
            Tensor next = block.ForwardAfter(x, keys, values, mask);
            x.Dispose();
            x = next;
        }
        return Pool(x, end).MoveToOuterDisposeScope();                                 // (N, E)
    }

    // N texts, L tokens, D width, E embedding
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Pool(_transformer.call(Embed(input, 0)), End(input)).MoveToOuterDisposeScope(); // (N, E)
    }

    // Causal: what follows the end token never matters.
    private Tensor Embed(Tensor ids, long start)
    {
        using var scope = NewDisposeScope();
        Tensor positions = _positionalEmbedding.narrow(0, start, ids.shape[1]);        // (L, D)
        return _tokenEmbedding.call(ids).add(positions, Scalars.One).MoveToOuterDisposeScope(); // (N, L, D)
    }

    private Tensor End(Tensor ids)                                                     // (N, L) to (N)
    {
        using var scope = NewDisposeScope();
        Tensor end = _endToken is int token ? ids.eq(tensor((long)token, device: ids.device)).@int().argmax(1) : ids.argmax(1);
        return end.MoveToOuterDisposeScope();
    }

    private Tensor Pool(Tensor x, Tensor end)                                          // (N, L, D), (N)
    {
        using var scope = NewDisposeScope();
        long n = x.shape[0];
        Tensor pooled = x.gather(1, end.view(n, 1, 1).expand(n, 1, x.shape[2])).squeeze(1); // (N, D)
        return _lnFinal.call(pooled).matmul(_textProjection).MoveToOuterDisposeScope(); // (N, E)
    }
}

/// <summary>A vector for each token id: int64 (N, L) to (N, L, D).</summary>
internal sealed class TokenEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // (V, D)

    public TokenEmbedding(int vocabularySize, int width)
        : base(nameof(TokenEmbedding))
    {
        _weight = new Parameter(empty(vocabularySize, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _weight.index_select(0, input.reshape(-1))                              // (N L, D)
            .view(input.shape[0], input.shape[1], -1).MoveToOuterDisposeScope();       // (N, L, D)
    }
}
