using System.Collections.Immutable;
using WiseFt.Tensors;
using WiseFt.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>A family of text encoders as data: all that is asked of one outside its network.</summary>
/// <remarks>A new family is a row here, the class of its network, and what tells it in <see cref="TextConfig.Tower"/>.</remarks>
internal sealed class TextTower
{
    /// <summary>CLIP's: causal, pooled at the end token, byte pairs as tokens.</summary>
    public static TextTower Clip { get; } = new()
    {
        Create = (config, e) => new TextTransformer(config, e),
        Tensors = TextTransformer.Tensors,
        IsCausal = true,
        VocabularyFiles = ["vocab.json", "merges.txt", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"],
        OpenTokenizer = (path, length) => path is null ? ClipTokenizer.Default.WithContextLength(length) : ClipTokenizer.Load(path, length),
    };

    /// <summary>Makes a network whose weights wait to be filled, of its shape and of the length E of its features.</summary>
    public required Func<TextConfig, int, Module<Tensor, Tensor>> Create { get; init; }

    /// <summary>Every tensor of the network under OpenAI's names, without making any.</summary>
    public required Func<TextConfig, long, ImmutableArray<TensorInfo>> Tensors { get; init; }

    /// <summary>Whether a token sees those before it alone, so that what follows the end of a text may be cut off.</summary>
    public required bool IsCausal { get; init; }

    /// <summary>Files whose presence says that a model's folder has a vocabulary of its own.</summary>
    public required ImmutableArray<string> VocabularyFiles { get; init; }

    /// <summary>The tokenizer of a vocabulary (null for the one that is built in) and of a context length.</summary>
    public required Func<string?, int, ClipTokenizer> OpenTokenizer { get; init; }
}
