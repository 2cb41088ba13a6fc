using WiseFt.Models;

namespace WiseFt.Onnx;

/// <summary>A transformer's residual blocks as ONNX nodes: what <c>ResidualAttentionBlock</c> in WiseFt's Models folder computes.</summary>
/// <param name="graph">Receives the nodes.</param>
/// <param name="width">D.</param>
/// <param name="heads">How many attention heads a block has.</param>
/// <param name="activation">The MLP's non-linearity.</param>
/// <param name="epsilon">Added to the variance in layer normalisation.</param>
/// <param name="mask">A value (L, L) that is added to the similarities, or null: all tokens see each other.</param>
internal sealed class TransformerBlockGraph(
    GraphBuilder graph, int width, int heads, Activation activation, double epsilon, string? mask = null)
{
    /// <summary>Adds a block.</summary>
    /// <param name="x">The value (N, L, D).</param>
    /// <param name="block">What the names of its weights begin with.</param>
    /// <param name="firstTokenOnly">Whether the first token alone is computed.</param>
    /// <returns>The value (N, L, D), or (N, 1, D).</returns>
    // N sequences, L tokens, D width
    public string Add(string x, string block, bool firstTokenOnly = false)
    {
        string attention = AddAttention(graph.LayerNorm(x, block + "ln_1", epsilon), block + "attn.", firstTokenOnly);
        if (firstTokenOnly) x = graph.FirstToken(x, block + "class_token");                              // (N, 1, D)
        x = graph.Op("Add", block + "attn.sum", [x, attention]);                                         // (N, L or 1, D)
        string hidden = graph.Linear(graph.LayerNorm(x, block + "ln_2", epsilon), block + "mlp.c_fc");   // (N, L or 1, hidden)
        string active = AddActivation(hidden, block + "mlp.gelu");
        return graph.Op("Add", block + "mlp.sum", [x, graph.Linear(active, block + "mlp.c_proj")]);      // (N, L or 1, D)
    }

    private string AddAttention(string x, string attention, bool firstTokenOnly)
    {
        string qkv = graph.Linear(x, attention + "in_proj", attention + "in_proj_weight", attention + "in_proj_bias"); // (N, L, 3D)
        string[] parts = graph.Split(qkv, width, attention + "q", attention + "k", attention + "v");     // (N, L, D) each
        string query = firstTokenOnly ? graph.FirstToken(parts[0], attention + "q.class_token") : parts[0]; // (N, L or 1, D)
        string y = AttentionGraph.Add(graph, attention + "attention", query, parts[1], parts[2], width, heads, mask);
        return graph.Linear(y, attention + "out_proj");
    }

    private string AddActivation(string x, string name)
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
}
