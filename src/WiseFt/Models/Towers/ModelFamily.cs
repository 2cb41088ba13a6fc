using System.Collections.Immutable;
using WiseFt.Text;

namespace WiseFt.Models;

/// <summary>A family of models as a row of one table: which encoders, tokenizer and scores belong together.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Image">The image encoder: its network, pooling and names of tensors.</param>
/// <param name="Text">The text encoder: its network, mask and names of tensors.</param>
/// <param name="Tokenizer">How texts become tokens.</param>
/// <param name="Scores">How logits become scores.</param>
internal sealed record ModelFamily(string Name, ImageTower Image, TextTower Text, TokenizerKind Tokenizer, ScoreKind Scores)
{
    /// <summary>All families; a new one is a row here, and rows of the tables it is made of where those are new too.</summary>
    public static ImmutableArray<ModelFamily> All { get; } =
    [
        new("CLIP, vision transformer", ImageTower.VisionTransformer, TextTower.Clip, TokenizerKind.BytePairs, ScoreKind.Softmax),
        new("CLIP, ModifiedResNet", ImageTower.ModifiedResNet, TextTower.Clip, TokenizerKind.BytePairs, ScoreKind.Softmax),
    ];

    /// <summary>The family of an image encoder.</summary>
    public static ModelFamily Of(VisionConfig vision) => All.Single(f => f.Image == vision.Tower);
}
