using Onnx;
using TorchSharp;
using WiseFt.Models;
using static Onnx.TensorProto.Types;
using static WiseFt.Onnx.OnnxAttribute;
using Tensor = TorchSharp.torch.Tensor;

namespace WiseFt.Onnx;

/// <summary>What ML.NET's components compute, as graphs to be made a part of another: of the operators of version 12, the latest that
/// ML.NET's own converter writes, in float32.</summary>
internal static class ComponentGraphs
{
    /// <summary>The version of the operators.</summary>
    public const int OperatorSet = 12;

    /// <summary>A classifier: pixels in, the predicted key and the probabilities out.</summary>
    /// <returns>Input float32 (N, 3, R, R), normalised; outputs uint32 (N, 1), from 1 and 0 where a score is NaN,
    /// and float32 (N, K).</returns>
    /// <exception cref="ArgumentException">The weights pass what an ONNX file may hold.</exception>
    public static GraphProto OfClassifier(ImageClassifier classifier)
    {
        GraphBuilder graph = Builder(classifier.Weights);
        string pixels = AddPixels(graph, classifier.Preprocessor.Resolution);
        string features = OnnxExporter.AddImageEncoder(graph, pixels, classifier.Spec.Vision);
        var (_, score) = OnnxExporter.AddHead(graph, features, classifier);
        graph.Output(AddKey(graph, score), DataType.Uint32, "the predicted key, from 1", "batch", 1);
        graph.Output(score, DataType.Float, "probabilities", "batch", classifier.ClassNames.Count);
        return graph.Graph;
    }

    /// <summary>An image encoder.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="length">Length E of its features.</param>
    /// <param name="unit">Whether the features are made unit vectors.</param>
    /// <returns>Input float32 (N, 3, R, R), normalised; output float32 (N, E).</returns>
    /// <inheritdoc cref="OfClassifier"/>
    public static GraphProto OfImageEncoder(IReadOnlyDictionary<string, Tensor> weights, VisionConfig config, int length, bool unit)
    {
        GraphBuilder graph = Builder(weights.ToDictionary(w => ImageClassifier.EncoderPrefix + w.Key, w => w.Value));
        return WithFeatures(graph, OnnxExporter.AddImageEncoder(graph, AddPixels(graph, config.Resolution), config), length, unit);
    }

    /// <summary>A text encoder.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="length">Length E of its features.</param>
    /// <param name="unit">Whether the features are made unit vectors.</param>
    /// <returns>Input int64 (N, L), the tokens' ids, L the context length; output float32 (N, E).</returns>
    /// <inheritdoc cref="OfClassifier"/>
    public static GraphProto OfTextEncoder(IReadOnlyDictionary<string, Tensor> weights, TextConfig config, int length, bool unit)
    {
        GraphBuilder graph = Builder(weights);
        string ids = graph.Input("input_ids", DataType.Int64, "tokens' ids", "batch", config.ContextLength);
        return WithFeatures(graph, TextTransformerGraph.Add(graph, ids, config), length, unit);
    }

    private static GraphBuilder Builder(IReadOnlyDictionary<string, Tensor> weights)
    {
        OnnxExporter.RequireFits(weights.Values.Sum(weight => weight.numel()), OnnxPrecision.Float32);
        return new GraphBuilder(weights, DataType.Float, OperatorSet);
    }

    private static string AddPixels(GraphBuilder graph, int side) =>
        graph.Input("pixel_values", DataType.Float, "RGB, resized, cropped, normalised", "batch", 3, side, side);

    private static GraphProto WithFeatures(GraphBuilder graph, string features, int length, bool unit)
    {
        graph.Output(unit ? OnnxExporter.AddUnit(graph, features) : features, DataType.Float, "features", "batch", length);
        return graph.Graph;
    }

    // uint32 (N, 1): the place of the largest score, from 1 as keys are; 0, which is "missing", where a score is NaN.
    private static string AddKey(GraphBuilder graph, string score)
    {
        string largest = graph.Op("ArgMax", "key.largest", [score], Int("axis", 1), Int("keepdims", 1));
        string nan = graph.Op("Cast", "key.nan.float", [graph.Op("IsNaN", "key.nan", [score])], Int("to", (int)DataType.Float));
        string any = graph.Op(
            "Cast", "key.any_nan", [graph.Reduce("ReduceMax", nan, "key.any_nan.float", 1)], Int("to", (int)DataType.Int64));
        string valid = graph.Op("Sub", "key.valid", [graph.Integers(1), any]);
        string key = graph.Op("Mul", "key.int64", [graph.Op("Add", "key.from_one", [largest, graph.Integers(1)]), valid]);
        return graph.Op("Cast", "key", [key], Int("to", (int)DataType.Uint32));
    }
}
