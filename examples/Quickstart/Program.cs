// Train, evaluate, save, load, predict: WiSE-FT in an ML.NET pipeline.
//
//   dotnet run -c Release --project examples/Quickstart          a minute or two on two cores
//
// Expected output (the last digits depend on the processor):
//   Accuracy on unseen emoji of the reference distribution: 0.46
//   A Twemoji dog, of another distribution: mammal
using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext(seed: 1);
IDataView train = mlContext.Data.LoadImageFolder("examples/data/emoji-shift/reference/train"); // ImagePath, Label
IDataView test = mlContext.Data.LoadImageFolder("examples/data/emoji-shift/reference/test");

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.WiseFt("examples/data/starter-clip", alpha: 0.5, epochs: 6, learningRate: 3e-4, batchSize: 32))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
var model = pipeline.Fit(train);

var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
Console.WriteLine(FormattableString.Invariant($"Accuracy on unseen emoji of the reference distribution: {metrics.MicroAccuracy:0.00}"));

mlContext.Model.Save(model, train.Schema, "model.zip");
ITransformer loaded = new MLContext().Model.Load("model.zip", out _);
var engine = mlContext.Model.CreatePredictionEngine<ImageInput, ImagePrediction>(loaded);
var dog = new ImageInput { ImagePath = "examples/data/emoji-shift/shifts/twemoji/mammal/1f415.png" };
Console.WriteLine($"A Twemoji dog, of another distribution: {engine.Predict(dog).PredictedLabel}");

internal sealed class ImageInput
{
    public string ImagePath { get; set; } = "";
    public string Label { get; set; } = "";
}

internal sealed class ImagePrediction
{
    public string PredictedLabel { get; set; } = "";
    [VectorType] public float[] Score { get; set; } = [];
}
