using static WiseFt.Onnx.OnnxAttribute;

namespace WiseFt.Onnx;

/// <summary>Scaled dot-product attention of several heads as ONNX nodes.</summary>
internal static class AttentionGraph
{
    /// <summary>Adds what comes between the projections of query, key and value and that of the output.</summary>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="name">What the nodes' names begin with, and the name of the result.</param>
    /// <param name="query">The value (N, Q, D).</param>
    /// <param name="key">The value (N, L, D).</param>
    /// <param name="value">The value (N, L, D).</param>
    /// <param name="width">D.</param>
    /// <param name="heads">H.</param>
    /// <param name="mask">A value (Q, L) that is added to the similarities, or null.</param>
    /// <returns>The value (N, Q, D), heads side by side.</returns>
    // N images, Q queries, L tokens, D width, H heads, K = D / H
    public static string Add(
        GraphBuilder graph, string name, string query, string key, string value, long width, int heads, string? mask = null)
    {
        long k = width / heads;
        string split = graph.Integers(0, 0, heads, k);
        string Headed(string x, string part, params long[] order) =>
            graph.Op("Transpose", $"{name}.{part}", [graph.Op("Reshape", $"{name}.{part}.heads", [x, split])], Ints("perm", order));
        string q = graph.Op("Mul", name + ".q.scaled", [Headed(query, "q", 0, 2, 1, 3), graph.Number(1 / Math.Sqrt(k))]); // (N, H, Q, K)
        string similarity = graph.Op("MatMul", name + ".similarity", [q, Headed(key, "k", 0, 2, 3, 1)]);  // (N, H, Q, L)
        if (mask is not null) similarity = graph.Op("Add", name + ".masked", [similarity, mask]);
        string weight = graph.Op("Softmax", name + ".softmax", [similarity], Int("axis", -1));           // (N, H, Q, L)
        string mean = graph.Op("MatMul", name + ".mean", [weight, Headed(value, "v", 0, 2, 1, 3)]);      // (N, H, Q, K)
        string tokens = graph.Op("Transpose", name + ".mean.tokens", [mean], Ints("perm", 0, 2, 1, 3));  // (N, Q, H, K)
        return graph.Op("Reshape", name, [tokens, graph.Integers(0, 0, width)]);                         // (N, Q, D)
    }
}
