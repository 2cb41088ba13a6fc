// Zero-shot classification in ML.NET: class names instead of training.
//
//   dotnet run -c Release --project examples/ZeroShot          10 seconds on two cores
//
// Expected output:
//   Right at first guess: 44.4 %, within five: 75.8 %
//   Easiest: family, gesture, reptile
//   Hardest: household item, money, sports equipment
using Microsoft.ML;
using WiseFt;

var mlContext = new MLContext();
IDataView images = mlContext.Data.LoadImageFolder("examples/data/emoji-shift/shifts/twemoji");

// The classes are the label's key values; the prompts say "an emoji of a bird." and the like.
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.ClipZeroShot(
        "examples/data/starter-clip", templates: PromptTemplates.FromFile("examples/data/emoji-shift/templates.txt")));
using var model = pipeline.Fit(images); // nothing is trained: the prompts are encoded

var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(images), topKPredictionCount: 5);
Console.WriteLine(FormattableString.Invariant(
    $"Right at first guess: {100 * metrics.MicroAccuracy:0.0} %, within five: {100 * metrics.TopKAccuracy:0.0} %"));
string[] byRecall = [.. model.LastTransformer.ClassNames.Zip(metrics.ConfusionMatrix.PerClassRecall).OrderByDescending(c => c.Second)
    .Select(c => c.First)];
Console.WriteLine($"Easiest: {string.Join(", ", byRecall[..3])}");
Console.WriteLine($"Hardest: {string.Join(", ", byRecall[^3..])}");
