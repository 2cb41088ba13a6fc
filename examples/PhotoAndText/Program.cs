// A product's photo and its description in one ML.NET pipeline: CLIP's features beside the text classifier of Microsoft.ML.TorchSharp.
//
//   dotnet run -c Release --project examples/PhotoAndText          half a minute on two cores, and a download at the first run
//
// Microsoft.ML.TorchSharp downloads its pretrained text encoder (NAS-BERT) from aka.ms/mlnet-resources into the folder for temporary files.
//
// Expected output (N depends on that encoder; about 37 when it is random, as in the tests, which have no network):
//   Right by photo and description: N of 41
//   The loaded model says the same.
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;

const string Data = "examples/data";
var descriptions = new Dictionary<string, string[]>
{
    ["fruit"] = ["ripe and sweet, sold by the kilo", "fresh from the orchard, rich in vitamins", "juicy, keeps for a week in the fridge"],
    ["clothing"] = ["pure cotton, wash at 40 degrees", "sizes S to XL, fits loosely", "warm lining, for cold days"],
    ["vehicle"] = ["40 horse power, first registered in May", "new tyres, one owner, runs well", "seats four, with a tow bar"],
    ["musical instrument"] = ["tuned by hand, with a case", "for beginners, a bright sound", "spruce top, strings included"],
};

var mlContext = new MLContext(seed: 1);
IDataView train = mlContext.Data.LoadFromEnumerable(Products("train")), test = mlContext.Data.LoadFromEnumerable(Products("test"));

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Product.Kind))
    .Append(mlContext.MulticlassClassification.Trainers.TextClassification(
        sentence1ColumnName: nameof(Product.Description), outputColumnName: "KindByText", scoreColumnName: "Text",
        batchSize: 8, maxEpochs: 3))
    .Append(mlContext.Transforms.ClipImageEmbedding("Photo", nameof(Product.ImagePath), $"{Data}/starter-clip"))
    .Append(mlContext.Transforms.NormalizeLpNorm("Photo"))
    .Append(mlContext.Transforms.Concatenate("Features", "Photo", "Text"))
    .AppendCacheCheckpoint(mlContext) // L-BFGS reads its data many times
    .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l2Regularization: 0.01f))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
using var model = pipeline.Fit(train);

string[] kinds = [.. test.GetColumn<string>(nameof(Product.Kind))], predicted = Predict(model);
Console.WriteLine($"Right by photo and description: {kinds.Zip(predicted).Count(p => p.First == p.Second)} of {kinds.Length}");

string file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "model.zip");
mlContext.Model.Save(model, train.Schema, file);
bool same = Predict(new MLContext().Model.Load(file, out _)).SequenceEqual(predicted);
Console.WriteLine(same ? "The loaded model says the same." : "The loaded model says something else.");

string[] Predict(ITransformer by) => [.. by.Transform(test).GetColumn<string>("PredictedLabel")];

IEnumerable<Product> Products(string part) => descriptions.SelectMany(kind => Directory
    .GetFiles($"{Data}/emoji-shift/reference/{part}/{kind.Key}").Order(StringComparer.Ordinal)
    .Select((photo, i) => new Product(photo, kind.Value[i % kind.Value.Length], kind.Key)));

internal sealed record Product(string ImagePath, string Description, string Kind);
