using TorchSharp;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static WiseFt.Onnx.OnnxAttribute;

namespace WiseFt.Onnx;

/// <summary>CLIP's ViT image encoder as ONNX nodes: what <c>VisionTransformer</c> in WiseFt's Models folder computes.</summary>
internal static class VisionTransformerGraph
{
    private const string Visual = ImageClassifier.EncoderPrefix + "visual.";

    /// <summary>Adds the encoder.</summary>
    /// <param name="graph">Receives the nodes; its weights are the classifier's.</param>
    /// <param name="pixels">The value (N, 3, R, R), normalised, in the compute type.</param>
    /// <param name="config">The encoder's shape.</param>
    /// <returns>The value (N, E), not normalised, in the compute type.</returns>
    // N images, L tokens, D width, E embedding
    public static string Add(GraphBuilder graph, string pixels, VisionConfig config)
    {
        string patches = AddPatches(graph, pixels, config);                                              // (N, L - 1, D)
        // A row of zeros takes the class token's place; its vector comes with the positions.
        string padded = graph.Op("Pad", Visual + "conv1.padded", [patches, graph.Integers(0, 1, 0, 0, 0, 0)]); // (N, L, D)
        string x = graph.Op("Add", Visual + "tokens", [padded, AddPositions(graph)]);                    // (N, L, D)
        x = graph.LayerNorm(x, Visual + "ln_pre", config.LayerNormEpsilon);
        var block = new TransformerBlockGraph(graph, config.Width, config.Heads, config.Activation, config.LayerNormEpsilon);
        for (int i = 0; i < config.Layers; i++)
            x = block.Add(x, $"{Visual}transformer.resblocks.{i}.", firstTokenOnly: i == config.Layers - 1);
        string classToken = graph.Squeeze(x, Visual + "class_token", 1);                                 // (N, 1, D) to (N, D)
        string pooled = graph.LayerNorm(classToken, Visual + "ln_post", config.LayerNormEpsilon);        // (N, D)
        return graph.Op("MatMul", Visual + "features", [pooled, graph.Weight(Visual + "proj")]);         // (N, E)
    }

    private static string AddPatches(GraphBuilder graph, string pixels, VisionConfig config)
    {
        int p = config.PatchSize;
        string grid = graph.Op("Conv", Visual + "conv1", [pixels, graph.Weight(Visual + "conv1.weight")],
            Ints("kernel_shape", p, p), Ints("strides", p, p));                                          // (N, D, R / P, R / P)
        string flat = graph.Op("Reshape", Visual + "conv1.flat", [grid, graph.Integers(0, config.Width, -1)]); // (N, D, L - 1)
        return graph.Op("Transpose", Visual + "conv1.transposed", [flat], Ints("perm", 0, 2, 1));        // (N, L - 1, D)
    }

    private static string AddPositions(GraphBuilder graph)
    {
        using var scope = NewDisposeScope();
        Tensor positions = graph.Weights[Visual + "positional_embedding"].detach().clone();             // (L, D)
        positions.select(0, 0).add_(graph.Weights[Visual + "class_embedding"].detach(), Scalars.One);
        return graph.Initializer(Visual + "class_and_positional_embedding", positions, graph.ComputeType);
    }
}
