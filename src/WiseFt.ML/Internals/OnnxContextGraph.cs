using System.Runtime.InteropServices;
using Microsoft.ML.Model.OnnxConverter;
using Onnx;
using static Onnx.AttributeProto.Types;
using static Onnx.TensorProto.Types;

namespace WiseFt.ML;

/// <summary>Copies a graph into a model that ML.NET's converter builds.</summary>
/// <param name="context">The model.</param>
/// <param name="names">The graph's values that are the model's already, by their names in both.</param>
internal sealed class OnnxContextGraph(OnnxContext context, Dictionary<string, string> names)
{
    // The context takes each name for a column's, so that these must be no column's.
    private const string Prefix = "wiseft.";

    /// <summary>Adds constants and nodes.</summary>
    public void Add(GraphProto graph)
    {
        foreach (TensorProto constant in graph.Initializer) names[constant.Name] = Constant(constant, Prefix + constant.Name);
        foreach (NodeProto node in graph.Node)
        {
            string[] inputs = [.. node.Input.Select(name => names[name])];
            string name = context.GetNodeName(Prefix + node.Name);
            Attribute(context.CreateNode(node.OpType, inputs, node.Output.Select(Declared), name, domain: ""), node);
        }
    }

    private string Declared(string name)
    {
        if (!names.TryGetValue(name, out string? declared))
            names[name] = declared = context.AddIntermediateVariable(null, Prefix + name, skip: true);
        return declared;
    }

    private string Constant(TensorProto constant, string name)
    {
        long[]? shape = constant.Dims.Count == 0 ? null : [.. constant.Dims];
        ReadOnlySpan<byte> bytes = constant.RawData.Span;
        if (constant.DataType == (int)DataType.Int64)
            return context.AddInitializer(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), shape, name);
        float[] values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        return shape is null ? context.AddInitializer(values[0], name) : context.AddInitializer(values, shape, name);
    }

    private static void Attribute(OnnxNode added, NodeProto node)
    {
        foreach (AttributeProto attribute in node.Attribute)
            switch (attribute.Type)
            {
                case AttributeType.Int: added.AddAttribute(attribute.Name, attribute.I); break;
                case AttributeType.Float: added.AddAttribute(attribute.Name, (double)attribute.F); break;
                case AttributeType.Ints: added.AddAttribute(attribute.Name, attribute.Ints.ToArray()); break;
                default: throw new NotSupportedException($"Attribute {attribute.Name} of {node.Name} is of type {attribute.Type}.");
            }
    }
}
