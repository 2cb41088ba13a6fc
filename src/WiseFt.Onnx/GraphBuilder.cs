using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using WiseFt.Tensors;
using static Onnx.AttributeProto.Types;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace WiseFt.Onnx;

/// <summary>An ONNX graph under construction. Values are known by their names; a node is named after the value it computes.</summary>
/// <param name="weights">The weights by name.</param>
/// <param name="computeType">Type of the weights and numbers for which none is given: float32 or float16.</param>
/// <param name="operatorSet">The version of the operators, 12 or later.</param>
internal sealed class GraphBuilder(
    IReadOnlyDictionary<string, Tensor> weights, DataType computeType, long operatorSet = GraphBuilder.LatestOperatorSet)
{
    /// <summary>The version of the operators that files are written with.</summary>
    public const long LatestOperatorSet = 18;

    // Since which version an operator takes as an input what was an attribute, or is there at all.
    private const long AxesAreInputs = 13, ReducedAxesAreInputs = 18, HasLayerNorm = 17;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>What has been added so far.</summary>
    public GraphProto Graph { get; } = new() { Name = "image_classifier" };

    /// <summary>The weights by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; } = weights;

    /// <summary>Type of the weights and numbers for which none is given.</summary>
    public DataType ComputeType { get; } = computeType;

    /// <summary>An input of the graph. Its shape has a number or a name (a size known only when the model
    /// runs) for each dimension.</summary>
    public string Input(string name, DataType type, string description, params object[] shape)
    {
        Graph.Input.Add(ValueInfo(Declare(name), type, description, shape));
        return name;
    }

    /// <summary>Makes a computed value an output of the graph.</summary>
    public void Output(string name, DataType type, string description, params object[] shape) =>
        Graph.Output.Add(ValueInfo(name, type, description, shape));

    /// <summary>A node of one output, which bears the node's name.</summary>
    public string Op(string operation, string name, string[] inputs, params AttributeProto[] attributes)
    {
        Graph.Node.Add(new NodeProto
        {
            Name = name,
            OpType = operation,
            Input = { inputs },
            Output = { Declare(name) },
            Attribute = { attributes },
        });
        return name;
    }

    /// <summary>A node that cuts a value into equal parts along its last dimension.</summary>
    public string[] Split(string value, int length, params string[] names)
    {
        long[] sizes = [.. names.Select(_ => (long)length)];
        var node = new NodeProto
        {
            Name = value + ".split",
            OpType = "Split",
            Input = { value },
            Output = { names },
            Attribute = { OnnxAttribute.Int("axis", -1) },
        };
        if (operatorSet >= AxesAreInputs) node.Input.Add(Integers(sizes));
        else node.Attribute.Add(OnnxAttribute.Ints("split", sizes));
        foreach (string name in names) Declare(name);
        Graph.Node.Add(node);
        return names;
    }

    /// <summary>A value without a dimension, whose size is 1.</summary>
    public string Squeeze(string x, string name, long axis) => operatorSet >= AxesAreInputs
        ? Op("Squeeze", name, [x, Integers(axis)])
        : Op("Squeeze", name, [x], OnnxAttribute.Ints("axes", axis));

    /// <summary>A mean, norm or maximum along one dimension, which becomes 1.</summary>
    public string Reduce(string operation, string x, string name, long axis) => operatorSet >= ReducedAxesAreInputs
        ? Op(operation, name, [x, Integers(axis)], OnnxAttribute.Int("keepdims", 1))
        : Op(operation, name, [x], OnnxAttribute.Ints("axes", axis), OnnxAttribute.Int("keepdims", 1));

    /// <summary>Layer normalisation along the last dimension, with the weights <c>name.weight</c> and <c>name.bias</c>.</summary>
    public string LayerNorm(string x, string name, double epsilon)
    {
        if (operatorSet >= HasLayerNorm)
            return Op("LayerNormalization", name, [x, Weight(name + ".weight"), Weight(name + ".bias")],
                OnnxAttribute.Int("axis", -1), OnnxAttribute.Float("epsilon", epsilon));
        string centred = Op("Sub", name + ".centred", [x, Reduce("ReduceMean", x, name + ".mean", -1)]);
        string variance = Reduce("ReduceMean", Op("Mul", name + ".squares", [centred, centred]), name + ".variance", -1);
        string deviation = Op("Sqrt", name + ".deviation", [Op("Add", name + ".variance.positive", [variance, Number(epsilon)])]);
        string scaled = Op("Mul", name + ".scaled", [Op("Div", name + ".unit", [centred, deviation]), Weight(name + ".weight")]);
        return Op("Add", name, [scaled, Weight(name + ".bias")]);
    }

    /// <summary>The first token of each sequence: (N, L, D) to (N, 1, D).</summary>
    public string FirstToken(string x, string name) => Op("Slice", name, [x, Integers(0), Integers(1), Integers(1)]);

    /// <summary>x W^T + b of the linear layer whose weights are <c>prefix.weight</c> (outputs, inputs) and <c>prefix.bias</c>.</summary>
    public string Linear(string x, string prefix) => Linear(x, prefix, prefix + ".weight", prefix + ".bias");

    /// <summary>x W^T + b.</summary>
    public string Linear(string x, string name, string weight, string bias) =>
        Op("Add", name, [Op("MatMul", name + ".product", [x, TransposedWeight(weight)]), Weight(bias)]);

    /// <summary>A weight in the compute type.</summary>
    public string Weight(string name) => Initializer(name, Weights[name], ComputeType);

    /// <summary>A matrix in the compute type, rows and columns exchanged.</summary>
    public string TransposedWeight(string name)
    {
        using Tensor transposed = Weights[name].detach().t();
        return Initializer(name + ".transposed", transposed, ComputeType);
    }

    /// <summary>A tensor as a constant of the graph.</summary>
    /// <exception cref="ArgumentException">A number is too large for float16, or not finite in it.</exception>
    public string Initializer(string name, Tensor tensor, DataType type)
    {
        using var scope = NewDisposeScope();
        Tensor plain = tensor.detach().cpu().to(type == DataType.Float16 ? float16 : float32).contiguous();
        Finite.Require(name, tensor, "model");
        if (type == DataType.Float16 && !plain.isfinite().all().item<bool>())
            throw new ArgumentException(
                $"The weight '{name}' holds numbers that float16 cannot represent (beyond 65504). " +
                $"Export with {nameof(OnnxPrecision)}.{nameof(OnnxPrecision.Float32)}.");
        AddInitializer(name, type, plain.shape, plain.bytes);
        return name;
    }

    /// <summary>A number in the compute type, without dimensions.</summary>
    public string Number(double value) => Number(value, ComputeType);

    /// <summary>A number without dimensions.</summary>
    public string Number(double value, DataType type)
    {
        string name = FormattableString.Invariant($"{(type == DataType.Float16 ? "float16" : "float32")}({(float)value:R})");
        if (_names.Contains(name)) return name;
        if (type == DataType.Float16) AddInitializer(name, type, [], MemoryMarshal.AsBytes<Half>([(Half)value]));
        else AddInitializer(name, type, [], MemoryMarshal.AsBytes<float>([(float)value]));
        return name;
    }

    /// <summary>float32 numbers in a given shape.</summary>
    public string Numbers(string name, ReadOnlySpan<float> values, params long[] shape)
    {
        AddInitializer(name, DataType.Float, shape, MemoryMarshal.AsBytes(values));
        return name;
    }

    /// <summary>int64 (count): shapes, axes, positions.</summary>
    public string Integers(params long[] values)
    {
        string name = $"int64[{string.Join(",", values)}]";
        if (!_names.Contains(name)) AddInitializer(name, DataType.Int64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()));
        return name;
    }

    private void AddInitializer(string name, DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes) =>
        Graph.Initializer.Add(new TensorProto
        {
            Name = Declare(name),
            DataType = (int)type,
            Dims = { shape.ToArray() },
            RawData = UnsafeByteOperations.UnsafeWrap(bytes.ToArray()),
        });

    private string Declare(string name) =>
        _names.Add(name) ? name : throw new InvalidOperationException($"The graph already has a value named '{name}'.");

    private static ValueInfoProto ValueInfo(string name, DataType type, string description, object[] shape) => new()
    {
        Name = name,
        DocString = description,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)type,
                Shape = new TensorShapeProto { Dim = { shape.Select(Dimension) } },
            },
        },
    };

    private static TensorShapeProto.Types.Dimension Dimension(object size) => size switch
    {
        string name => new() { DimParam = name },
        int number => new() { DimValue = number },
        _ => throw new ArgumentException($"A dimension is {size}; expected a number or a name.", nameof(size)),
    };
}

/// <summary>Attributes of ONNX nodes.</summary>
internal static class OnnxAttribute
{
    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Float(string name, double value) => new() { Name = name, Type = AttributeType.Float, F = (float)value };

    public static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Ints(string name, params long[] values) =>
        new() { Name = name, Type = AttributeType.Ints, Ints = { values } };

    public static AttributeProto Texts(string name, IEnumerable<string> values) =>
        new() { Name = name, Type = AttributeType.Strings, Strings = { values.Select(ByteString.CopyFromUtf8) } };
}
