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
        x = AddLayerNorm(graph, x, Visual + "ln_pre", config);
        for (int i = 0; i < config.Layers; i++)
            x = AddBlock(graph, x, $"{Visual}transformer.resblocks.{i}.", config, classTokenOnly: i == config.Layers - 1);
        string classToken = graph.Op("Squeeze", Visual + "class_token", [x, graph.Integers(1)]);         // (N, 1, D) to (N, D)
        string pooled = AddLayerNorm(graph, classToken, Visual + "ln_post", config);                     // (N, D)
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

    private static string AddBlock(GraphBuilder graph, string x, string block, VisionConfig config, bool classTokenOnly)
    {
        string attention = AddAttention(graph, AddLayerNorm(graph, x, block + "ln_1", config), block + "attn.", config, classTokenOnly);
        if (classTokenOnly) x = graph.FirstToken(x, block + "class_token");                              // (N, 1, D)
        x = graph.Op("Add", block + "attn.sum", [x, attention]);                                         // (N, L or 1, D)
        string hidden = graph.Linear(AddLayerNorm(graph, x, block + "ln_2", config), block + "mlp.c_fc"); // (N, L or 1, hidden)
        string active = AddActivation(graph, hidden, block + "mlp.gelu", config.Activation);
        return graph.Op("Add", block + "mlp.sum", [x, graph.Linear(active, block + "mlp.c_proj")]);      // (N, L or 1, D)
    }

    private static string AddAttention(GraphBuilder graph, string x, string attention, VisionConfig config, bool classTokenOnly)
    {
        string qkv = graph.Linear(x, attention + "in_proj", attention + "in_proj_weight", attention + "in_proj_bias"); // (N, L, 3D)
        string[] parts = graph.Split(qkv, config.Width, attention + "q", attention + "k", attention + "v"); // (N, L, D) each
        string query = classTokenOnly ? graph.FirstToken(parts[0], attention + "q.class_token") : parts[0]; // (N, L or 1, D)
        string y = AttentionGraph.Add(graph, attention + "attention", query, parts[1], parts[2], config.Width, config.Heads);
        return graph.Linear(y, attention + "out_proj");
    }

    private static string AddActivation(GraphBuilder graph, string x, string name, Activation activation)
    {
        if (activation == Activation.QuickGelu)
        {
            string gate = graph.Op("Sigmoid", name + ".sigmoid", [graph.Op("Mul", name + ".scaled", [x, graph.Number(1.702)])]);
            return graph.Op("Mul", name, [x, gate]);
        }
        string erf = graph.Op("Erf", name + ".erf", [graph.Op("Div", name + ".scaled", [x, graph.Number(Math.Sqrt(2))])]);
        string twice = graph.Op("Mul", name + ".twice", [x, graph.Op("Add", name + ".erf1", [erf, graph.Number(1)])]);
        return graph.Op("Mul", name, [twice, graph.Number(0.5)]);
    }

    private static string AddLayerNorm(GraphBuilder graph, string x, string name, VisionConfig config) =>
        graph.Op("LayerNormalization", name, [x, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")],
            Int("axis", -1), Float("epsilon", config.LayerNormEpsilon));
}
