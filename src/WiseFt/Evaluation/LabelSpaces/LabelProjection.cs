using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Evaluation;

/// <summary>A label space on tensors: what <see cref="LabelSpace.Project"/> does on matrices. Owns native memory.</summary>
internal sealed class LabelProjection : IDisposable
{
    private readonly LabelSpace _space;
    private readonly Tensor[] _classes; // one int64 (M) where every label is one class, else an int64 (number of classes) a label

    public LabelProjection(LabelSpace space, Device device)
    {
        _space = space;
        IsSelection = space.ReferenceIndices.All(r => r.Length == 1);
        IEnumerable<IEnumerable<int>> lists = IsSelection
            ? [space.ReferenceIndices.Select(r => r[0])]
            : space.ReferenceIndices.Select(r => r.AsEnumerable());
        _classes = [.. lists.Select(list => tensor(list.Select(k => (long)k).ToArray(), device: device).DetachFromDisposeScope())];
    }

    private bool IsSelection { get; }

    /// <summary>The shift's logits.</summary>
    /// <param name="logits">float32 (N, K).</param>
    /// <returns>float32 (N, M), in the current dispose scope.</returns>
    public Tensor Project(Tensor logits)
    {
        if (IsSelection) return logits.index_select(1, _classes[0]);                               // (N, M)
        using var scope = NewDisposeScope();
        return stack(_classes.Select(label => Merged(logits.index_select(1, label))), 1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor classes in _classes) classes.Dispose();
    }

    /// <summary>float32 (N, number of classes) to (N).</summary>
    private Tensor Merged(Tensor logits)
    {
        if (logits.shape[1] == 1) return logits.squeeze(1);
        switch (_space.Merge)
        {
            case ClassMerge.Max: return logits.amax([1]);
            case ClassMerge.Mean: return logits.mean([1]);
            case ClassMerge.Sum: return logits.sum(1);
            default:
                (Tensor sorted, _) = logits.sort(1);
                long last = logits.shape[1] - 1;
                return stack([sorted.select(1, last / 2), sorted.select(1, (last + 1) / 2)], 0).mean([0]);
        }
    }
}
