using System.Collections.Immutable;

namespace WiseFt.Files;

/// <summary>What calls of the permitted globals yield: descriptions of tensors, and containers. No code is run.</summary>
/// <remarks>Source of the signatures: pytorch/pytorch <c>torch/_utils.py</c>, <c>torch/jit/_pickle.py</c>.</remarks>
internal static class PickleCall
{
    /// <summary>The value of a call, or in <paramref name="problem"/> why there is none.</summary>
    public static object? Evaluate(PickleGlobal function, object?[] arguments, out string problem)
    {
        problem = "";
        switch (function.Role, arguments)
        {
            case (PickleRole.TensorV2, [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, _, _, ..]):
                return Tensor(storage, offset, shape, strides, ref problem);
            case (PickleRole.Tensor, [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides]):
                return Tensor(storage, offset, shape, strides, ref problem);
            case (PickleRole.Parameter, [PickleTensor tensor, _, _]): return tensor;
            case (PickleRole.OrderedDict, []): return new PickleDict();
            case (PickleRole.Size, [PickleTuple extents]): return extents;
            case (PickleRole.Device, [string, ..]):
            case (PickleRole.Bytes, [string, string]): return new PickleOpaque(function.Name);
            case (PickleRole.Dictionary, _): return new PickleDict();
            case (PickleRole.List, _): return new PickleList();
            case (PickleRole.Value, _): return new PickleOpaque(function.Name);
            case (PickleRole.ScriptList, [PickleList list]): return list;
            case (PickleRole.ScriptTag, [var value, string]): return value;
            default:
                problem = $"'{function.Name}' is called with arguments that it does not take";
                return null;
        }
    }

    private static PickleTensor? Tensor(PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, ref string problem)
    {
        // The rank comes first: one long tuple, used often, must not cost its length each time.
        if (shape.Items.Length > PickleTensor.MaximumRank || strides.Items.Length > PickleTensor.MaximumRank
            || !shape.Items.All(e => e is long) || !strides.Items.All(s => s is long))
        {
            problem = $"a tensor's shape and stride are not at most {PickleTensor.MaximumRank} integers each";
            return null;
        }
        ImmutableArray<long> extents = [.. shape.Items.Cast<long>()];
        PickleTensor? tensor = PickleTensor.Create(storage, offset, extents, [.. strides.Items.Cast<long>()], out string refusal);
        if (tensor is null) problem = $"a tensor {refusal}";
        return tensor;
    }
}
