using System.Reflection;
using System.Text;
using Google.Protobuf;
using Onnx;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Models;
using static Onnx.TensorProto.Types;
using static WiseFt.Onnx.OnnxAttribute;

namespace WiseFt.Onnx;

/// <summary>Writes a classifier as an ONNX file, for ML.NET's <c>ApplyOnnxModel</c> and every other ONNX runtime.</summary>
/// <remarks>
/// Operator set 18 (ONNX 1.13; ONNX Runtime 1.14 and later). Outputs: <c>Score</c>, float32 (batch, K), softmax probabilities in the order
/// of the class names, and <c>logits</c>, float32 (batch, K). The class names (a JSON array)
/// and the preprocessing lie in the file's metadata.
/// </remarks>
public static class OnnxExporter
{
    private const string Producer = "WiseFt";
    private const long MlOperatorSet = 3;
    private const long FormatVersion = 8; // of ONNX 1.13

    private static readonly Dictionary<ImageTower, Func<GraphBuilder, string, VisionConfig, string>> _towers = new()
    {
        [ImageTower.VisionTransformer] = VisionTransformerGraph.Add,
        [ImageTower.ModifiedResNet] = ModifiedResNetGraph.Add,
    };

    /// <summary>What the graph may take beside the weights, in bytes.</summary>
    private const long GraphAllowance = 16 << 20;

    /// <summary>Writes the file.</summary>
    /// <param name="classifier">The classifier, on any device.</param>
    /// <param name="path">The file, conventionally <c>.onnx</c>. It appears whole or not at all; an existing one is replaced.</param>
    /// <param name="options">What to write; the defaults of <see cref="OnnxExportOptions"/> if null.</param>
    /// <exception cref="ArgumentException">
    /// The weights pass the 2 GiB that an ONNX file may hold, a number does not fit float16,
    /// or the preprocessing cannot be part of the graph.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Export(ImageClassifier classifier, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        Check.NotBlank(path);
        ModelProto model = Build(classifier, options ?? new OnnxExportOptions());
        AtomicFile.Write(path, stream => model.WriteTo(stream));
    }

    /// <summary>Writes into a stream, which stays open, what the file would hold.</summary>
    internal static void Write(ImageClassifier classifier, Stream stream, OnnxExportOptions? options) =>
        Build(classifier, options ?? new OnnxExportOptions()).WriteTo(stream);

    /// <summary>Refuses what a protocol buffer cannot hold.</summary>
    /// <exception cref="ArgumentException">The weights are too many.</exception>
    internal static void RequireFits(long parameterCount, OnnxPrecision precision)
    {
        long bytes = parameterCount * (precision == OnnxPrecision.Float16 ? 2 : 4);
        if (bytes <= int.MaxValue - GraphAllowance) return;
        string remedy = precision == OnnxPrecision.Float16
            ? "Models of this size cannot be exported."
            : $"Export with {nameof(OnnxPrecision)}.{nameof(OnnxPrecision.Float16)}, which halves them.";
        throw new ArgumentException(
            $"The {parameterCount} weights take {bytes} bytes as {precision}; an ONNX file holds at most {int.MaxValue} " +
            $"(a limit of protocol buffers). {remedy}");
    }

    /// <summary>Whether a file is one that this library wrote, which can be written again.</summary>
    internal static bool IsOwn(string path)
    {
        Span<byte> head = stackalloc byte[32];
        using FileStream file = File.OpenRead(path);
        // The version of the format comes first, then the producer, as protocol buffers write their fields.
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)].IndexOf(Encoding.ASCII.GetBytes(Producer)) >= 0;
    }

    private static ModelProto Build(ImageClassifier classifier, OnnxExportOptions options)
    {
        RequireFits(classifier.Weights.Values.Sum(weight => weight.numel()), options.Precision);
        bool half = options.Precision == OnnxPrecision.Float16;
        var graph = new GraphBuilder(classifier.Weights, half ? DataType.Float16 : DataType.Float);
        string pixels = AddInput(graph, classifier.Preprocessor, options.ImageInput);
        if (half) pixels = graph.Op("Cast", "pixel_values.float16", [pixels], Int("to", (int)DataType.Float16));
        string features = AddImageEncoder(graph, pixels, classifier.Spec.Vision);
        if (half) features = graph.Op("Cast", "features.float32", [features], Int("to", (int)DataType.Float));
        AddOutputs(graph, features, classifier);
        if (options.SlotNames) AddSlotNames(graph, classifier.ClassNames);
        var model = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = Producer,
            ProducerVersion =
                typeof(OnnxExporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            DocString = $"CLIP image classifier of {classifier.ClassNames.Count} classes: {string.Join(", ", classifier.ClassNames)}",
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = GraphBuilder.LatestOperatorSet } },
            Graph = graph.Graph,
            MetadataProps = { OnnxMetadata.Of(classifier) },
        };
        if (options.SlotNames) model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = MlOperatorSet });
        return model;
    }

    private static string AddInput(GraphBuilder graph, ClipPreprocessor preprocessor, OnnxImageInput input)
    {
        int side = preprocessor.Resolution;
        if (input == OnnxImageInput.Pixels)
            return graph.Input(
                "pixel_values", DataType.Float, "RGB, resized, cropped, normalised; see the metadata", "batch", 3, side, side);
        string image = graph.Input("image", DataType.Uint8, "RGB, of any size", "batch", "height", "width", 3);
        return PreprocessingGraph.Add(graph, image, preprocessor);
    }

    /// <summary>Adds the image encoder.</summary>
    /// <param name="graph">Receives the nodes; its weights bear a classifier's names.</param>
    /// <param name="pixels">The value (N, 3, R, R), normalised, in the compute type.</param>
    /// <param name="config">The encoder's shape.</param>
    /// <returns>The value (N, E), not normalised, in the compute type.</returns>
    internal static string AddImageEncoder(GraphBuilder graph, string pixels, VisionConfig config) =>
        _towers[config.Tower](graph, pixels, config);

    /// <summary>Adds the division of vectors (N, E) by their lengths.</summary>
    internal static string AddUnit(GraphBuilder graph, string features) =>
        graph.Op("Div", "features.unit", [features, graph.Reduce("ReduceL2", features, "features.norm", -1)]);

    /// <summary>Adds the head of a classifier.</summary>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="features">The value float32 (N, E).</param>
    /// <param name="classifier">The classifier.</param>
    /// <returns>The values float32 (N, K).</returns>
    // N images, E embedding, K classes
    internal static (string Logits, string Score) AddHead(GraphBuilder graph, string features, ImageClassifier classifier)
    {
        string unit = AddUnit(graph, features);                                                          // (N, E)
        string weight = graph.Initializer(ImageClassifier.HeadWeight, classifier.Weights[ImageClassifier.HeadWeight], DataType.Float);
        string bias = graph.Initializer(ImageClassifier.HeadBias, classifier.Weights[ImageClassifier.HeadBias], DataType.Float);
        string logits = graph.Op("Gemm", "logits", [unit, weight, bias], Int("transB", 1));              // (N, K)
        string score = graph.Op(classifier.Spec.Family.Scores.OnnxOperator, "Score", [logits], Int("axis", -1));                // (N, K)
        return (logits, score);
    }

    private static void AddOutputs(GraphBuilder graph, string features, ImageClassifier classifier)
    {
        var (logits, score) = AddHead(graph, features, classifier);
        ScoreKind scores = classifier.Spec.Family.Scores;
        int count = classifier.ClassNames.Count;
        graph.Output(score, DataType.Float, $"{scores.Name} probabilities of: " + string.Join(", ", classifier.ClassNames), "batch", count);
        graph.Output(logits, DataType.Float, $"before the {scores.Name}", "batch", count);
    }

    // ML.NET looks for a node of this name and reads its attribute keys_strings.
    // Source: dotnet/machinelearning@cd2fbd6 src/Microsoft.ML.OnnxTransformer/OnnxTransform.cs (AddSlotNames).
    private static void AddSlotNames(GraphBuilder graph, IReadOnlyList<string> classNames)
    {
        const string Input = "mlnet.Score.unusedInput";
        graph.Graph.Initializer.Add(new TensorProto
        {
            Name = Input,
            DataType = (int)DataType.String,
            Dims = { 1 },
            StringData = { ByteString.CopyFromUtf8(classNames[0]) },
        });
        graph.Graph.Node.Add(new NodeProto
        {
            Name = "mlnet.Score.SlotNames",
            OpType = "LabelEncoder",
            Domain = "ai.onnx.ml",
            Input = { Input },
            Output = { "mlnet.Score.unusedOutput" },
            Attribute =
            {
                Texts("keys_strings", classNames),
                Ints("values_int64s", [.. Enumerable.Range(0, classNames.Count).Select(i => (long)i)]),
            },
        });
    }
}
