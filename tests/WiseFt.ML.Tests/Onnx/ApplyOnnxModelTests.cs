using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.Onnx;
using static WiseFt.ML.Tests.OnnxModelRun;

namespace WiseFt.ML.Tests;

/// <summary>ML.NET's own ONNX transformer runs exported files.</summary>
[Collection(nameof(StarterClassifier))]
public sealed class ApplyOnnxModelTests(StarterClassifier starter)
{
    private const int Rows = 9;

    [Fact]
    public void ApplyOnnxModel_OfPixels_ScoresEachRowAsTheClassifierDoes()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(
            Enumerable.Range(0, Rows).Select(i => new PixelRow { Pixels = starter.PixelsOf(i, 1).ToArray() }));
        using var model = context.Transforms.ApplyOnnxModel(["Score"], ["pixel_values"], starter.Export()).Fit(data);
        RequireExpectedScores(model.Transform(data));
    }

    [Fact]
    public void ApplyOnnxModel_OfRgbBytesWithTheirSizeGiven_ScoresEachRowAsTheClassifierDoes()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(
            starter.Images.Images.Take(Rows).Select(image => new ByteRow { Image = image.Decode().Pixels }));
        string file = starter.Export(new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes });
        var size = new Dictionary<string, int[]> { ["image"] = [1, 64, 64, 3] };
        using var model = context.Transforms.ApplyOnnxModel(["Score"], ["image"], file, size, recursionLimit: 100).Fit(data);
        RequireExpectedScores(model.Transform(data));
    }

    // As in examples/OnnxInMlNet.
    [Fact]
    public void ApplyOnnxModel_AfterMLNetsImageTransforms_ScoresEachRowAsTheClassifierDoes()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.TakeRows(context.Data.LoadImageFolder(Fixtures.Data("emoji-shift/reference/test")), Rows);
        string file = starter.Export(new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes });
        var size = new Dictionary<string, int[]> { ["image"] = [1, 64, 64, 3] };
        var pipeline = context.Transforms.LoadImages("Bitmap", imageFolder: "", inputColumnName: "ImagePath")
            .Append(context.Transforms.ResizeImages("Bitmap", 64, 64))
            .Append(context.Transforms.ExtractPixels("image", "Bitmap", interleavePixelColors: true, outputAsFloatArray: false))
            .Append(context.Transforms.ApplyOnnxModel(["Score"], ["image"], file, size, recursionLimit: 100));
        using var model = pipeline.Fit(data);
        RequireExpectedScores(model.Transform(data));
    }

    [Fact]
    public void ApplyOnnxModel_Score_HasTheClassNamesAsSlotNames()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable([new PixelRow { Pixels = starter.PixelsOf(0, 1).ToArray() }]);
        using var model = context.Transforms.ApplyOnnxModel(["Score"], ["pixel_values"], starter.Export()).Fit(data);
        VBuffer<ReadOnlyMemory<char>> names = default;
        model.GetOutputSchema(data.Schema)["Score"].GetSlotNames(ref names);
        names.DenseValues().Select(name => name.ToString()).Should().Equal(starter.Classifier.ClassNames);
    }

    private void RequireExpectedScores(IDataView scored)
    {
        float[] found = [.. scored.GetColumn<float[]>("Score").SelectMany(row => row)];
        LargestDifference(found, starter.Score.AsSpan(0, Rows * starter.ClassCount)).Should().BeLessThan(1e-5f);
    }

    private sealed class PixelRow
    {
        [ColumnName("pixel_values"), VectorType(3 * 64 * 64)]
        public float[] Pixels { get; init; } = [];
    }

    private sealed class ByteRow
    {
        [ColumnName("image"), VectorType(64 * 64 * 3)]
        public byte[] Image { get; init; } = [];
    }
}
