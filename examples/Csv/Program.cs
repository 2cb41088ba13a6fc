// Images that a CSV lists, with their classes and the part of the data that they belong to.
//
//   dotnet run -c Release --project examples/Csv          some seconds on two cores
//
// Expected output:
//   Accuracy on listed test images: 0.8…
//   Accuracy on the same classes by another artist: 0.8…
using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext(seed: 1);
IDataView list = mlContext.Data.LoadFromTextFile<Row>("examples/Csv/emoji.csv", separatorChar: ',', hasHeader: true, allowQuoting: true);
IDataView Only(Func<Row, bool> wanted) => mlContext.Data.FilterByCustomPredicate<Row>(list, row => !wanted(row)); // it drops what is true

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.WiseFt("examples/data/starter-clip", alpha: 0.5, epochs: 10, learningRate: 3e-4, batchSize: 16));
using var model = pipeline.Fit(Only(row => row.Part == "train"));

Console.WriteLine($"Accuracy on listed test images: {Accuracy("noto")}");
Console.WriteLine($"Accuracy on the same classes by another artist: {Accuracy("twemoji")}");

string Accuracy(string artist)
{
    IDataView test = Only(row => row.Part == "test" && row.Artist == artist);
    double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
    return FormattableString.Invariant($"{accuracy:0.00}");
}

internal sealed class Row
{
    [LoadColumn(0)] public string ImagePath { get; set; } = "";
    [LoadColumn(1)] public string Label { get; set; } = "";
    [LoadColumn(2)] public string Part { get; set; } = "";
    [LoadColumn(3)] public string Artist { get; set; } = "";
}
