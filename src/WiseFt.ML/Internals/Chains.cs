using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>Models that consist of other models.</summary>
internal static class Chains
{
    /// <summary>The transformers of a model in the order in which they are applied.</summary>
    public static IEnumerable<ITransformer> Flatten(ITransformer model) =>
        model is ITransformerChainAccessor chain ? chain.Transformers.SelectMany(Flatten) : [model];
}
