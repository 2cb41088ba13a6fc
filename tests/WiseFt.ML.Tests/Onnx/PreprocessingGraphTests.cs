using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;
using WiseFt.Images;
using WiseFt.Onnx;
using static Onnx.TensorProto.Types;
using Tensor = TorchSharp.torch.Tensor;

namespace WiseFt.ML.Tests;

/// <summary>The graph's resize and crop against <see cref="ClipPreprocessor"/>, which is Pillow to the bit.</summary>
public sealed class PreprocessingGraphTests
{
    public static TheoryData<string, ClipPreprocessor> Cases => new()
    {
        { "rgb-500x375.png", new ClipPreprocessor() },
        { "rgb-375x500.png", new ClipPreprocessor() },
        { "photo-640x480.jpg", new ClipPreprocessor { Resolution = 64 } },
        { "rgb-225x224.png", new ClipPreprocessor() },
        { "rgb-224x224.png", new ClipPreprocessor() },
        { "rgb-33x47.png", new ClipPreprocessor { Resolution = 96 } },
        { "rgb-130x97.bmp", new ClipPreprocessor { Resolution = 32, ShorterSide = 50 } },
        { "rgb-130x97.bmp", new ClipPreprocessor { Resolution = 32, ShorterSide = 50, Convention = PreprocessingConvention.HuggingFace } },
        { "progressive-401x299.jpg", new ClipPreprocessor { Resolution = 50, ResizeFilter = ResizeFilter.Bilinear } },
        { "rgb-500x375.png", new ClipPreprocessor { Resolution = 64, ResizeMode = ResizeMode.Squash } },
        { "strip-900x3.png", new ClipPreprocessor { Resolution = 8 } },
        { "one-1x1.png", new ClipPreprocessor { Resolution = 16 } },
    };

    [Theory, MemberData(nameof(Cases))]
    public void AddSquare_RunInOnnxRuntime_GivesPillowsPixelsButForRounding(string file, ClipPreprocessor preprocessor)
    {
        RgbImage image = ImageSource.FromFile(Fixtures.Path("images/" + file)).Decode();
        byte[] expected = preprocessor.ToPixels(image);
        using InferenceSession session = OnnxModelRun.Open(Model(preprocessor));
        float[] found = session.Run(new DenseTensor<byte>(image.Pixels, [1, image.Height, image.Width, 3]), "preprocess")[0];
        found.Should().HaveCount(expected.Length);
        int different = 0;
        for (int i = 0; i < found.Length; i++)
        {
            Math.Abs(found[i] - expected[i]).Should().BeLessThanOrEqualTo(1);
            if (found[i] != expected[i]) different++;
        }
        different.Should().BeLessThanOrEqualTo(found.Length / 1000);
    }

    private static byte[] Model(ClipPreprocessor preprocessor)
    {
        var graph = new GraphBuilder(new Dictionary<string, Tensor>(), DataType.Float);
        string image = graph.Input("image", DataType.Uint8, "", "batch", "height", "width", 3);
        string square = graph.Op("Identity", "preprocess", [PreprocessingGraph.AddSquare(graph, image, preprocessor)]);
        graph.Output(square, DataType.Float, "", "batch", 3, preprocessor.Resolution, preprocessor.Resolution);
        return new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 18 } }, Graph = graph.Graph }
            .ToByteArray();
    }
}
