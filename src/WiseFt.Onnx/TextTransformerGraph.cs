using WiseFt.Models;
using static Onnx.TensorProto.Types;
using static WiseFt.Onnx.OnnxAttribute;

namespace WiseFt.Onnx;

/// <summary>CLIP's text encoder as ONNX nodes: what <c>TextTransformer</c> in WiseFt's Models folder computes.</summary>
internal static class TextTransformerGraph
{
    /// <summary>Adds the encoder.</summary>
    /// <param name="graph">Receives the nodes; its weights are the encoder's.</param>
    /// <param name="ids">The value int64 (N, L), L the context length.</param>
    /// <param name="config">The encoder's shape.</param>
    /// <returns>The value (N, E), not normalised.</returns>
    // N texts, L tokens, D width, E embedding
    public static string Add(GraphBuilder graph, string ids, TextConfig config)
    {
        string embedded = graph.Op("Gather", "token_embedding", [graph.Weight("token_embedding.weight"), ids], Int("axis", 0));
        string x = graph.Op("Add", "tokens", [embedded, graph.Weight("positional_embedding")]);         // (N, L, D)
        string? mask = config.Tower.IsCausal ? AddCausalMask(graph, config.ContextLength) : null;
        var block = new TransformerBlockGraph(graph, config.Width, config.Heads, config.Activation, config.LayerNormEpsilon, mask);
        for (int i = 0; i < config.Layers; i++) x = block.Add(x, $"transformer.resblocks.{i}.");
        string pooled = graph.Op("GatherND", "end_token", [x, AddEnd(graph, ids, config.EndToken)], Int("batch_dims", 1)); // (N, D)
        string y = graph.LayerNorm(pooled, "ln_final", config.LayerNormEpsilon);
        return graph.Op("MatMul", "features", [y, graph.Weight("text_projection")]);                     // (N, E)
    }

    // (L, L): a token does not see those after it.
    private static string AddCausalMask(GraphBuilder graph, int l)
    {
        var mask = new float[l * l];
        for (int row = 0; row < l; row++) mask.AsSpan(row * l + row + 1, l - row - 1).Fill(float.NegativeInfinity);
        return graph.Numbers("causal_mask", mask, l, l);
    }

    // int64 (N, 1): the place of the token that stands for the text.
    private static string AddEnd(GraphBuilder graph, string ids, int? endToken)
    {
        string marked = endToken is int token ? graph.Op("Equal", "ids.is_end", [ids, graph.Integers(token)]) : ids;
        string comparable = graph.Op("Cast", "ids.int32", [marked], Int("to", (int)DataType.Int32));
        return graph.Op("ArgMax", "end", [comparable], Int("axis", 1), Int("keepdims", 1));
    }
}
