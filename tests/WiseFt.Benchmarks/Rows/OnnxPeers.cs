using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms.Image;
using TorchSharp;
using WiseFt.ML;
using WiseFt.Models;
using WiseFt.Tests;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>Other ways from .NET to run an image encoder of ViT-B/32's shape, each beside our Transform on the JPEG files.</summary>
internal static class OnnxPeers
{
    private const string Input = "pixel_values", Output = "image_embeds";
    private const int Side = 224;

    private static readonly string _onnx = Fixtures.Path("vit-b-32-shape.onnx");

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        if (inputs.Settings.Model != "b-32")
            throw new ArgumentException("The ONNX file has ViT-B/32's shape; run this benchmark with --model b-32.");
        yield return OnnxTransformer(inputs, "Transform", inputs.Transformer);
        yield return OnnxTransformer(inputs, "the same with products in bfloat16", inputs.RoundedTransformer);
        yield return OnnxTransformer(inputs, "the same in int8", inputs.Int8Transformer);
        using (new Neighbour())
            yield return OnnxTransformer(inputs, "Transform, beside a busy process,", inputs.Transformer);
        yield return Session(inputs, batchSize: 1);
        yield return Session(inputs, batchSize: 32);
        yield return TorchSharpEncoder(inputs);
    }

    /// <summary>The pipeline that ML.NET's documentation shows for ONNX image models; it runs row by row.</summary>
    private static Measurement OnnxTransformer(Inputs inputs, string label, ClipClassifierTransformer transformer)
    {
        var ml = inputs.ML;
        var pipeline = ml.Transforms.LoadImages("Bitmap", imageFolder: "", inputColumnName: nameof(ImageRow.ImagePath))
            .Append(ml.Transforms.ResizeImages("Bitmap", Side, Side, resizing: ImageResizingEstimator.ResizingKind.IsoCrop))
            .Append(ml.Transforms.ExtractPixels(Input, "Bitmap", scaleImage: 1 / 255f))
            .Append(ml.Transforms.ApplyOnnxModel(
                [Output], [Input], _onnx, new Dictionary<string, int[]> { [Input] = [1, 3, Side, Side] }, recursionLimit: 100));
        IDataView rows = inputs.ImageRows;
        using var fitted = pipeline.Fit(rows);
        return Compare(inputs, $"{label} : ML.NET's OnnxTransformer on the same files", transformer, inputs.ImagePaths.Count, () =>
        {
            foreach (float[] _ in fitted.Transform(rows).GetColumn<float[]>(Output))
            {
            }
        });
    }

    /// <summary>ONNX Runtime on pixels that are in memory.</summary>
    private static Measurement Session(Inputs inputs, int batchSize)
    {
        using var session = new InferenceSession(_onnx);
        using OrtValue pixels = OrtValue.CreateTensorValueFromMemory(new float[batchSize * 3 * Side * Side], [batchSize, 3, Side, Side]);
        using var options = new RunOptions();
        var named = new Dictionary<string, OrtValue> { [Input] = pixels };
        return Compare(
            inputs, $"Transform : ONNX Runtime alone, batch {batchSize}, pixels in memory", inputs.Transformer, Inputs.BatchSize, () =>
        {
            for (int i = 0; i < Inputs.BatchSize; i += batchSize) session.Run(options, named, [Output]).Dispose();
        });
    }

    /// <summary>TorchSharp's own transformer encoder of the same size, on tokens that are in memory.</summary>
    private static Measurement TorchSharpEncoder(Inputs inputs)
    {
        VisionConfig vision = RandomModel.Config(inputs.Settings.Model).Vision;
        using var layer = nn.TransformerEncoderLayer(vision.Width, vision.Heads, vision.MlpWidth, dropout: 0);
        using var encoder = nn.TransformerEncoder(layer, vision.Layers);
        encoder.eval();
        using Tensor tokens = randn(vision.TokenCount, Inputs.BatchSize, vision.Width);
        return Compare(
            inputs, "Transform : TorchSharp's TransformerEncoder, batch 32, tokens in memory", inputs.Transformer, Inputs.BatchSize, () =>
        {
            using IDisposable grad = no_grad();
            encoder.call(tokens, null!, null!).Dispose();
        });
    }

    private static Measurement Compare(Inputs inputs, string label, ClipClassifierTransformer transformer, int count, Action peer) =>
        Alternation.Rates(
        label, "images/s", inputs.Settings.Repetitions, (inputs.ImagePaths.Count, () => Scoring.Score(inputs, transformer)), (count, peer));
}
