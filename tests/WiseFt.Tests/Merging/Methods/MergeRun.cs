using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Runs a method on models in memory.</summary>
internal static class MergeRun
{
    /// <summary>The merged model.</summary>
    /// <param name="method">The method.</param>
    /// <param name="all">The numbers of all models.</param>
    /// <param name="theta0">The base; null for none.</param>
    /// <param name="models">The models.</param>
    /// <param name="own">Each model's own numbers; none for none.</param>
    public static Weights Of(
        MergeMethod method, MergeParameters all, Weights? theta0, IReadOnlyList<Weights> models, params MergeParameters[] own)
    {
        MergeModel[] merged = Models(theta0, models);
        return new MergeEngine(MergeMethods.Create(method, Settings(all, models, own), merged, theta0 is not null), merged).ToWeights();
    }

    /// <summary>The same of a single tensor, the base's first.</summary>
    public static float[] OfTensor(MergeMethod method, MergeParameters all, params float[][] tensors)
    {
        Weights[] models = [.. tensors.Select(t => Model(("w", tensor(t))))];
        try
        {
            using Weights merged = Of(method, all, models[0], models[1..]);
            return Numbers(merged["w"]);
        }
        finally
        {
            foreach (Weights model in models) model.Dispose();
        }
    }

    /// <summary>A model of named tensors, which it owns.</summary>
    public static Weights Model(params (string Name, Tensor Tensor)[] tensors) =>
        new(tensors.Select(t => KeyValuePair.Create(t.Name, t.Tensor)));

    /// <summary>The models as the library takes them.</summary>
    public static MergeModel[] Models(Weights? theta0, IReadOnlyList<Weights> models) =>
    [
        .. theta0 is null ? Array.Empty<MergeModel>() : [new MergeModel("base", theta0)],
        .. models.Select((m, i) => new MergeModel(FormattableString.Invariant($"model {i + 1}"), m)),
    ];

    /// <summary>The numbers for tensors of the models' names.</summary>
    public static MergeSettings Settings(MergeParameters all, IReadOnlyList<Weights> models, params MergeParameters[] own) =>
        new(all, own.Length > 0 ? own : [.. models.Select(_ => new MergeParameters())], new BlockLayout(models[0].Keys));

    /// <summary>A tensor's numbers.</summary>
    public static float[] Numbers(Tensor tensor)
    {
        using Tensor flat = tensor.contiguous();
        return [.. flat.data<float>()];
    }
}
