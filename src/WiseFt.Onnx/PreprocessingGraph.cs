using WiseFt.Images;
using static Onnx.TensorProto.Types;
using static WiseFt.Onnx.OnnxAttribute;

namespace WiseFt.Onnx;

/// <summary>A <see cref="ClipPreprocessor"/> as ONNX nodes, for RGB images of any size.</summary>
/// <remarks>
/// As Pillow does, each pass of the resize ends in whole numbers from 0 to 255. Differs from Pillow: weights are float32, not integers
/// in units of 2^-22, so that a sum next to a half may round the other way (a difference of one level in few pixels).
/// </remarks>
internal static class PreprocessingGraph
{
    private const string Resize = "preprocess.";

    /// <summary>Adds resize, centre crop, division by 255 and normalisation.</summary>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="image">The value uint8 (N, H, W, 3).</param>
    /// <param name="preprocessor">Size, mode, interpolation, convention, mean and deviation.</param>
    /// <returns>The value float32 (N, 3, R, R), normalised.</returns>
    /// <exception cref="ArgumentException">The resize mode or the interpolation is not offered,
    /// or the shorter side is below the resolution.</exception>
    public static string Add(GraphBuilder graph, string image, ClipPreprocessor preprocessor)
    {
        string pixels = AddSquare(graph, image, preprocessor);                                           // (N, 3, R, R), 0 to 255
        string unit = graph.Op("Div", Resize + "unit", [pixels, graph.Number(255, DataType.Float)]);
        string centred = graph.Op("Sub", Resize + "centred", [unit, graph.Numbers("image_mean", preprocessor.Mean.AsSpan(), 3, 1, 1)]);
        return graph.Op(
            "Div", Resize + "normalised", [centred, graph.Numbers("image_std", preprocessor.StandardDeviation.AsSpan(), 3, 1, 1)]);
    }

    /// <summary>Adds resize and centre crop.</summary>
    /// <returns>The value float32 (N, 3, R, R), whole numbers from 0 to 255.</returns>
    /// <inheritdoc cref="Add"/>
    public static string AddSquare(GraphBuilder graph, string image, ClipPreprocessor preprocessor)
    {
        RequireOffered(preprocessor);
        string planar = graph.Op("Transpose", Resize + "planar", [image], Ints("perm", 0, 3, 1, 2));     // (N, 3, H, W)
        string x = graph.Op("Cast", Resize + "float", [planar], Int("to", (int)DataType.Float));
        int side = preprocessor.Resolution;
        if (preprocessor.ResizeMode == ResizeMode.Squash)
        {
            string length = graph.Integers(side);
            return AddPass(graph, AddPass(graph, x, length, 3, preprocessor), length, 2, preprocessor);
        }
        var (height, width) = AddShortestSides(graph, planar, preprocessor);
        x = AddPass(graph, AddPass(graph, x, width, 3, preprocessor), height, 2, preprocessor);          // (N, 3, height, width)
        return AddCrop(graph, x, height, width, preprocessor);
    }

    private static void RequireOffered(ClipPreprocessor preprocessor)
    {
        bool offered = preprocessor.ResizeMode != ResizeMode.Longest &&
            preprocessor.ResizeFilter is (ResizeFilter.Bicubic or ResizeFilter.Bilinear);
        if (!offered)
            throw new ArgumentException(
                $"The preprocessing resizes with {preprocessor.ResizeMode} and {preprocessor.ResizeFilter}; an ONNX graph takes over " +
                $"Shortest or Squash with Bicubic or Bilinear. Export with {nameof(OnnxImageInput)}.{nameof(OnnxImageInput.Pixels)} and " +
                "preprocess outside the model.");
        if (preprocessor.ResizeMode == ResizeMode.Shortest && preprocessor.ShorterSide < preprocessor.Resolution)
            throw new ArgumentException(
                $"ShorterSide is {preprocessor.ShorterSide} and Resolution {preprocessor.Resolution}; " +
                "the shorter side must be at least the resolution.");
    }

    // int64 (1) each: floor(S H / min(H, W)) and floor(S W / min(H, W)), S the shorter side after the resize.
    private static (string Height, string Width) AddShortestSides(GraphBuilder graph, string planar, ClipPreprocessor preprocessor)
    {
        string shape = graph.Op("Shape", Resize + "shape", [planar]);
        string h = graph.Op("Slice", Resize + "h", [shape, graph.Integers(2), graph.Integers(3)]);
        string w = graph.Op("Slice", Resize + "w", [shape, graph.Integers(3), graph.Integers(4)]);
        string shorter = graph.Op("Min", Resize + "shorter", [h, w]);
        string side = graph.Integers(preprocessor.ShorterSide ?? preprocessor.Resolution);
        string Scaled(string length) =>
            graph.Op("Div", length + ".resized", [graph.Op("Mul", length + ".product", [length, side]), shorter]);
        return (Scaled(h), Scaled(w));
    }

    // Along one axis, to whole numbers from 0 to 255, halves up.
    private static string AddPass(GraphBuilder graph, string x, string size, int axis, ClipPreprocessor preprocessor)
    {
        string name = Resize + (axis == 3 ? "horizontal" : "vertical");
        bool cubic = preprocessor.ResizeFilter == ResizeFilter.Bicubic;
        string resized = graph.Op("Resize", name + ".real", [x, "", "", size], Ints("axes", axis),
            OnnxAttribute.Text("mode", cubic ? "cubic" : "linear"), Float("cubic_coeff_a", -0.5), Int("antialias", 1),
            Int("exclude_outside", 1));
        string rounded = graph.Op(
            "Floor", name + ".rounded", [graph.Op("Add", name + ".half", [resized, graph.Number(0.5, DataType.Float)])]);
        return graph.Op("Clip", name, [rounded, graph.Number(0, DataType.Float), graph.Number(255, DataType.Float)]);
    }

    private static string AddCrop(GraphBuilder graph, string x, string height, string width, ClipPreprocessor preprocessor)
    {
        string side = graph.Integers(preprocessor.Resolution);
        string top = AddMargin(graph, height, side, preprocessor), left = AddMargin(graph, width, side, preprocessor);
        string corner = graph.Op("Concat", Resize + "corner", [top, left], Int("axis", 0));
        string end = graph.Op("Add", Resize + "end", [corner, side]);
        return graph.Op("Slice", Resize + "cropped", [x, corner, end, graph.Integers(2, 3)]);            // (N, 3, R, R)
    }

    // Half of what is cut off: halves to even as OpenAI's Python rounds, or down as Hugging Face's.
    private static string AddMargin(GraphBuilder graph, string length, string side, ClipPreprocessor preprocessor)
    {
        string rest = graph.Op("Sub", length + ".rest", [length, side]);
        if (preprocessor.Convention == PreprocessingConvention.HuggingFace)
            return graph.Op("Div", length + ".margin", [rest, graph.Integers(2)]);
        string real = graph.Op("Cast", length + ".rest.float", [rest], Int("to", (int)DataType.Float));
        string half = graph.Op("Mul", length + ".half", [real, graph.Number(0.5, DataType.Float)]);
        return graph.Op("Cast", length + ".margin", [graph.Op("Round", length + ".half.rounded", [half])], Int("to", (int)DataType.Int64));
    }
}
