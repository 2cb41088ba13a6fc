using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Onnx;
using WiseFt.Onnx;

namespace WiseFt.ML;

/// <summary>A transformer's computation as an ONNX graph, for ML.NET's own converter (package Microsoft.ML.OnnxConverter).</summary>
/// <param name="Input">What the graph's only input is called; it stands for a column that no ONNX operator can make numbers of.</param>
/// <param name="InputType">Item type and shape of the input, without the dimension of rows.</param>
/// <param name="Build">Makes the graph: one output for each added column, in their order.</param>
internal sealed record OnnxComputation(string Input, VectorDataViewType InputType, Func<GraphProto> Build)
{
    /// <summary>Adds the computation to a model under construction.</summary>
    /// <param name="context">The model.</param>
    /// <param name="source">The column that the computation reads.</param>
    /// <param name="added">The columns that it adds.</param>
    public void Save(OnnxContext context, DataViewSchema.Column source, IReadOnlyList<OutputColumn> added)
    {
        context.CheckOpSetVersion(ComponentGraphs.OperatorSet, nameof(WiseFt));
        string input = AddInput(context, $"{source.Name}.{Input}");
        GraphProto graph = Build();
        var names = new Dictionary<string, string>(StringComparer.Ordinal) { [graph.Input[0].Name] = input };
        for (int i = 0; i < added.Count; i++)
            names[graph.Output[i].Name] = context.AddIntermediateVariable(added[i].Type, added[i].Name);
        new OnnxContextGraph(context, names).Add(graph);
    }

    // The context's interface has inputs made of the data's columns alone; its only implementation can add others.
    private string AddInput(OnnxContext context, string name)
    {
        Type[] parameters = [typeof(DataViewType), typeof(string)];
        MethodInfo add = context.GetType().GetMethod("AddInputVariable", parameters) ?? throw new NotSupportedException(
            $"{context.GetType().Assembly.GetName()} cannot add an input besides the data's columns; " +
            $"Microsoft.ML.OnnxConverter 0.23.1 can. {OnnxRefusal.Remedy}");
        add.Invoke(context, BindingFlags.DoNotWrapExceptions, null, [InputType, name], null);
        return context.GetVariableName(name);
    }
}
