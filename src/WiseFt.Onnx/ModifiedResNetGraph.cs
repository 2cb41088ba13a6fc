using TorchSharp;
using WiseFt.Models;
using static TorchSharp.torch;
using static WiseFt.Onnx.OnnxAttribute;

namespace WiseFt.Onnx;

/// <summary>CLIP's ResNet image encoder as ONNX nodes: what <c>ModifiedResNet</c> in WiseFt's Models folder computes.</summary>
/// <remarks>
/// Batch normalisation in evaluation mode is linear and becomes part of the convolution before it, computed in float64: fewer nodes, and in
/// float16 one rounding instead of several.
/// </remarks>
internal static class ModifiedResNetGraph
{
    private const string Visual = ImageClassifier.EncoderPrefix + "visual.";
    private const string Pool = Visual + "attnpool.";
    private const double BatchNormEpsilon = 1e-5; // torch's default, which CLIP keeps

    /// <summary>Adds the encoder.</summary>
    /// <param name="graph">Receives the nodes; its weights are the classifier's.</param>
    /// <param name="pixels">The value (N, 3, R, R), normalised, in the compute type.</param>
    /// <param name="config">The encoder's shape.</param>
    /// <returns>The value (N, E), not normalised, in the compute type.</returns>
    // N images, W width, E embedding
    public static string Add(GraphBuilder graph, string pixels, VisionConfig config)
    {
        string x = AddRelu(graph, AddConvolution(graph, pixels, Visual, "conv1", "bn1", kernel: 3, stride: 2)); // (N, W / 2, R / 2, R / 2)
        x = AddRelu(graph, AddConvolution(graph, x, Visual, "conv2", "bn2", kernel: 3));                 // (N, W / 2, R / 2, R / 2)
        x = AddRelu(graph, AddConvolution(graph, x, Visual, "conv3", "bn3", kernel: 3));                 // (N, W, R / 2, R / 2)
        x = AddAveragePool(graph, x, Visual + "avgpool", 2);                                             // (N, W, R / 4, R / 4)
        int[] counts = config.ResNet!.Counts;
        for (int stage = 0; stage < counts.Length; stage++)
            for (int i = 0; i < counts[stage]; i++)
                x = AddBottleneck(graph, x, $"{Visual}layer{stage + 1}.{i}.", isFirst: i == 0, stride: i == 0 && stage > 0 ? 2 : 1);
        // (N, 32 W, R / 32, R / 32) to (N, E)
        return AddAttentionPool(graph, x, config);
    }

    private static string AddBottleneck(GraphBuilder graph, string input, string block, bool isFirst, int stride)
    {
        string x = AddRelu(graph, AddConvolution(graph, input, block, "conv1", "bn1", kernel: 1));
        x = AddRelu(graph, AddConvolution(graph, x, block, "conv2", "bn2", kernel: 3));
        if (stride > 1) x = AddAveragePool(graph, x, block + "avgpool", stride);
        x = AddConvolution(graph, x, block, "conv3", "bn3", kernel: 1);
        string identity = input;
        if (isFirst)
        {
            if (stride > 1) identity = AddAveragePool(graph, identity, block + "downsample.-1", stride);
            identity = AddConvolution(graph, identity, block, "downsample.0", "downsample.1", kernel: 1);
        }
        return AddRelu(graph, graph.Op("Add", block + "sum", [x, identity]));
    }

    private static string AddConvolution(
        GraphBuilder graph, string x, string block, string convolution, string norm, int kernel, int stride = 1)
    {
        using var scope = NewDisposeScope();
        Tensor Read(string name) => graph.Weights[block + name].detach().cpu().to(float64);
        Tensor factor = Read(norm + ".weight") / (Read(norm + ".running_var") + BatchNormEpsilon).sqrt(); // (outputs)
        // (outputs, inputs, kernel, kernel)
        Tensor weight = Read(convolution + ".weight") * factor.view(-1, 1, 1, 1);
        Tensor bias = Read(norm + ".bias") - Read(norm + ".running_mean") * factor;                      // (outputs)
        string name = $"{block}{convolution}+{norm}";
        string w = graph.Initializer(name + ".weight", weight, graph.ComputeType),
            b = graph.Initializer(name + ".bias", bias, graph.ComputeType);
        int p = kernel / 2;
        return graph.Op(
            "Conv", name, [x, w, b], Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Ints("pads", p, p, p, p));
    }

    private static string AddRelu(GraphBuilder graph, string x) => graph.Op("Relu", x + ".relu", [x]);

    private static string AddAveragePool(GraphBuilder graph, string x, string name, int size) =>
        graph.Op("AveragePool", name, [x], Ints("kernel_shape", size, size), Ints("strides", size, size));

    // N images, L = h w + 1 tokens, D width, E embedding
    private static string AddAttentionPool(GraphBuilder graph, string map, VisionConfig config)
    {
        string flat = graph.Op("Reshape", Pool + "flat", [map, graph.Integers(0, config.AttentionWidth, -1)]); // (N, D, h w)
        string positions = graph.Op("Transpose", Pool + "transposed", [flat], Ints("perm", 0, 2, 1));    // (N, h w, D)
        string mean = graph.Reduce("ReduceMean", positions, Pool + "mean", 1);                           // (N, 1, D)
        string tokens = graph.Op("Concat", Pool + "tokens", [mean, positions], Int("axis", 1));          // (N, L, D)
        string x = graph.Op("Add", Pool + "sum", [tokens, graph.Weight(Pool + "positional_embedding")]); // (N, L, D)
        string query = graph.Linear(graph.FirstToken(x, Pool + "first"), Pool + "q_proj");               // (N, 1, D)
        string key = graph.Linear(x, Pool + "k_proj"), value = graph.Linear(x, Pool + "v_proj");         // (N, L, D)
        string y = AttentionGraph.Add(graph, Pool + "attention", query, key, value, config.AttentionWidth, config.Heads); // (N, 1, D)
        string pooled = graph.Squeeze(y, Pool + "pooled", 1);                                            // (N, D)
        return graph.Linear(pooled, Pool + "c_proj");                                                    // (N, E)
    }
}
