using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.Transforms.Image;

namespace WiseFt.Neighbours.Tests;

/// <summary>ObjectDetection fits and transforms.</summary>
public sealed class ObjectDetectionTests(PretrainedWeights weights) : IClassFixture<PretrainedWeights>
{
    [Fact]
    public void ObjectDetection_Fit_Transforms()
    {
        MLContext mlContext = weights.WithAutoFormer(classes: 2).MLContext;
        var random = new Random(1);
        byte[] pixels = new byte[4 * 64 * 48];
        random.NextBytes(pixels);
        using MLImage image = MLImage.CreateFromPixels(64, 48, MLPixelFormat.Bgra32, pixels);
        IDataView data = mlContext.Data.LoadFromEnumerable(new Photo[]
        {
            new() { Image = image, Labels = ["dog", "cat"], Box = [4, 4, 30, 40, 20, 10, 60, 44] },
        });
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Labels")
            .Append(mlContext.MulticlassClassification.Trainers.ObjectDetection("Labels", boundingBoxColumnName: "Box", maxEpoch: 1));
        using var model = pipeline.Fit(data);
        IDataView found = model.Transform(data);
        float[] boxes = found.GetColumn<float[]>("PredictedBoundingBoxes").Single();
        boxes.Length.Should().Be(4 * found.GetColumn<float[]>("Score").Single().Length);
    }

    private sealed class Photo
    {
        [ImageType(48, 64)]
        public MLImage Image { get; set; } = null!;

        public string[] Labels { get; set; } = [];

        public float[] Box { get; set; } = [];
    }
}
