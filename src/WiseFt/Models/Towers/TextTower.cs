using System.Collections.Immutable;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>A family of text encoders as data: all that is asked of one outside its network.</summary>
/// <remarks>A new family is a row here, the class of its network, what tells it in <see cref="TextConfig.Tower"/>,
/// and a row in <see cref="ModelFamily.All"/>.</remarks>
internal sealed class TextTower
{
    /// <summary>CLIP's: causal, pooled at the end token.</summary>
    public static TextTower Clip { get; } = new()
    {
        Create = (config, e) => new TextTransformer(config, e),
        Tensors = TextTransformer.Tensors,
        IsCausal = true,
        Prefix = (network, ids) => ((TextTransformer)network).Prefix(ids),
        After = (network, prefix, ids) => ((TextTransformer)network).ForwardAfter(prefix, ids),
    };

    /// <summary>Makes a network whose weights wait to be filled, of its shape and of the length E of its features.</summary>
    public required Func<TextConfig, int, Module<Tensor, Tensor>> Create { get; init; }

    /// <summary>Every tensor of the network under OpenAI's names, without making any.</summary>
    public required Func<TextConfig, long, ImmutableArray<TensorInfo>> Tensors { get; init; }

    /// <summary>Whether a token sees those before it alone, so that what follows the end of a text may be cut off.</summary>
    public required bool IsCausal { get; init; }

    /// <summary>Computes the beginning that texts share, of (P) ids; null where later tokens change it.</summary>
    public Func<Module<Tensor, Tensor>, Tensor, TextPrefix>? Prefix { get; init; }

    /// <summary>Computes what is after such a beginning, of (N, L) ids; null where there is no <see cref="Prefix"/>.</summary>
    public Func<Module<Tensor, Tensor>, TextPrefix, Tensor, Tensor>? After { get; init; }
}
