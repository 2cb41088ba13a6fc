using static TorchSharp.torch;

namespace WiseFt.Models;

/// <summary>How logits (N, K) become scores (N, K) in [0, 1], as data.</summary>
internal sealed class ScoreKind
{
    /// <summary>Probabilities that add up to 1: each image has one of the classes.</summary>
    public static ScoreKind Softmax { get; } = new()
    {
        Name = "softmax",
        OnnxOperator = "Softmax",
        Of = logits => logits.softmax(-1),
    };

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>ONNX's operator of it, over the last axis.</summary>
    public required string OnnxOperator { get; init; }

    /// <summary>Computes it.</summary>
    public required Func<Tensor, Tensor> Of { get; init; }
}
