using System.Collections.Immutable;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The merged tensors of models on disk, one after the other and large ones in pieces: while one piece is written, the next is
/// read and merged.</summary>
/// <remarks>In memory are one piece of each model and two merged ones. Methods without coefficients have whole tensors instead of pieces.
/// </remarks>
internal sealed class MergePieces(
    IMergeMethod method, MergeModel keeper, IReadOnlyList<MergeModel> models, IReadOnlySet<string> kept, CancellationToken cancel)
    : IDisposable
{
    /// <summary>How many numbers a piece has at most; sums of products are those of whole tensors only at multiples of theirs.</summary>
    public const int Length = 64 * TensorProducts.ChunkLength;

    private const int Slots = 2; // of merged pieces: one is written, one made

    private readonly Dictionary<(int Slot, ScalarType Type), Tensor> _buffers = [];
    private (string Name, double[] Numbers)? _coefficients; // of the latest tensor

    /// <summary>All pieces in the tensors' order. A piece is good until the next but one.</summary>
    /// <param name="entries">What there will be.</param>
    public IEnumerable<(TensorInfo Tensor, Tensor Piece)> Of(IReadOnlyList<TensorInfo> entries)
    {
        Part[] parts = [.. entries.SelectMany(Parts)];
        Task<Tensor>? next = null;
        try
        {
            if (parts.Length > 0) next = Start(0);
            for (int i = 0; i < parts.Length; i++)
            {
                Tensor piece = next!.GetAwaiter().GetResult();
                next = i + 1 < parts.Length ? Start(i + 1) : null;
                using (piece) yield return (parts[i].Tensor, piece);
            }
        }
        finally
        {
            if (next is not null && Completed(next)) next.Result.Dispose();
        }

        Task<Tensor> Start(int i) => Task.Run(() => Merge(parts[i], i % Slots), cancel);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (Tensor buffer in _buffers.Values) buffer.Dispose();
    }

    private static bool Completed(Task task)
    {
        Task.WhenAny(task).GetAwaiter().GetResult();
        return task.IsCompletedSuccessfully;
    }

    private IEnumerable<Part> Parts(TensorInfo tensor)
    {
        if (!IsKept(tensor) && method is not CoefficientMerge) return [new Part(tensor, 0, tensor.ElementCount)];
        long row = IsByRow(tensor) ? tensor.ElementCount / tensor.Shape[0] : 1;
        long length = Math.Max(row, Length / row * row);
        return Enumerable.Range(0, (int)Math.Max(1, (tensor.ElementCount + length - 1) / length))
            .Select(i => new Part(tensor, i * length, Math.Min(length, tensor.ElementCount - i * length)));
    }

    private bool IsKept(TensorInfo tensor) => !tensor.IsFloat || kept.Contains(tensor.Name);

    private bool IsByRow(TensorInfo tensor) =>
        !IsKept(tensor) && method is CoefficientMerge { Coefficients.ByRow: true } && tensor.Shape.Length > 1 && tensor.ElementCount > 0;

    /// <summary>A merged piece, of the shape that it has alone.</summary>
    private Tensor Merge(Part part, int slot)
    {
        cancel.ThrowIfCancellationRequested();
        using IDisposable grad = no_grad();
        using var scope = NewDisposeScope();
        if (IsKept(part.Tensor))
        {
            Tensor stored = Read(keeper, Slots, part), copy = Buffer(slot, part.Tensor.Type, part.Count);
            return copy.copy_(stored).MoveToOuterDisposeScope();
        }
        if (method is not CoefficientMerge byCoefficients)
        {
            Tensor whole = empty([.. part.Tensor.Shape], dtype: part.Tensor.Type);
            method.Merge(part.Tensor.Name, whole, models);
            return whole.MoveToOuterDisposeScope();
        }
        Tensor merged = Buffer(slot, part.Tensor.Type, part.Count);
        if (IsByRow(part.Tensor)) MergeRows(byCoefficients, part, merged);
        else MergeSum(byCoefficients.Coefficients, part, merged);
        return merged.MoveToOuterDisposeScope();
    }

    private void MergeRows(CoefficientMerge byCoefficients, Part part, Tensor merged)
    {
        long row = part.Tensor.ElementCount / part.Tensor.Shape[0];
        byCoefficients.MergeRows(part.Tensor.Name, merged.view(-1, row), [.. ReadAll(part).Select(t => t.view(-1, row))]);
    }

    private void MergeSum(ICoefficients rule, Part part, Tensor merged)
    {
        string name = part.Tensor.Name;
        Tensor[]? tensors = null;
        if (_coefficients?.Name != name)
        {
            InnerProducts products = TensorProducts.None(rule.Needs, models.Count);
            if (rule.Needs != ProductsOf.Nothing)
                foreach (Part piece in Parts(part.Tensor)) TensorProducts.Add(products, rule.Needs, tensors = ReadAll(piece));
            if (part.Count < part.Tensor.ElementCount) tensors = null; // the last piece's
            _coefficients = (name, rule.Of(name, products));
        }
        double[] coefficients = _coefficients.Value.Numbers;
        int[] needed = [.. Enumerable.Range(0, models.Count).Where(i => coefficients[i] != 0)];
        if (needed.Length == 0) needed = [0];
        tensors = tensors is null ? ReadAll(part, needed) : [.. needed.Select(i => tensors[i])];
        LinearCombination.Write(name, merged, tensors, [.. needed.Select(i => coefficients[i])]);
    }

    private Tensor[] ReadAll(Part part, params int[] places)
    {
        if (places.Length == 0) places = [.. Enumerable.Range(0, models.Count)];
        Tensor[] parts = [.. places.Select(i => Buffer(Slots + 1 + i, models[i].Tensors[part.Tensor.Name].Type, part.Count))];
        ParallelReading.ForEach([.. Enumerable.Range(0, parts.Length)], (int i) =>
            models[places[i]].ReadPart(part.Tensor.Name, part.Start, parts[i]));
        return parts;
    }

    private Tensor Read(MergeModel model, int slot, Part part)
    {
        Tensor destination = Buffer(slot, model.Tensors[part.Tensor.Name].Type, part.Count);
        model.ReadPart(part.Tensor.Name, part.Start, destination);
        return destination;
    }

    /// <summary>A view of as many numbers of a slot's memory, which is taken once: its pages are not mapped anew for each piece.</summary>
    private Tensor Buffer(int slot, ScalarType type, long count)
    {
        if (!_buffers.TryGetValue((slot, type), out Tensor? buffer) || buffer.numel() < count)
        {
            buffer?.Dispose();
            _buffers[(slot, type)] = buffer = empty([count], dtype: type).DetachFromDisposeScope();
        }
        return buffer.narrow(0, 0, count);
    }

    private readonly record struct Part(TensorInfo Tensor, long Start, long Count);
}
