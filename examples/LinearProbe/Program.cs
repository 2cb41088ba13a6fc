// CLIP's features for any ML.NET trainer: a linear probe with L-BFGS.
//
//   dotnet run -c Release --project examples/LinearProbe          10 seconds on two cores
//
// Expected output (47 classes, 360 training images):
//   Accuracy of the linear probe: 0.31
using Microsoft.ML;

const string Data = "examples/data/emoji-shift/reference";
var mlContext = new MLContext(seed: 1);
IDataView train = mlContext.Data.LoadImageFolder($"{Data}/train"), test = mlContext.Data.LoadImageFolder($"{Data}/test");

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", "examples/data/starter-clip"))
    .Append(mlContext.Transforms.NormalizeLpNorm("Features"))
    .AppendCacheCheckpoint(mlContext) // L-BFGS reads its data many times; the images are encoded once
    .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l2Regularization: 0.01f));
using var model = pipeline.Fit(train);

var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
Console.WriteLine(FormattableString.Invariant($"Accuracy of the linear probe: {metrics.MicroAccuracy:0.00}"));
