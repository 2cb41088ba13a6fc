using System.Globalization;
using Microsoft.ML;

// Arguments: a saved model, an image file. Prints the predicted label, a class or a cluster, then each score on a line of its own.
var mlContext = new MLContext();
ITransformer model = mlContext.Model.Load(args[0], out _);
var image = new ImageInput { ImagePath = args[1] };
IDataView scored = model.Transform(mlContext.Data.LoadFromEnumerable([image]));
Console.WriteLine(scored.Preview(maxRows: 1).ColumnView.Last(c => c.Column.Name == "PredictedLabel").Values[0]);
using var engine = mlContext.Model.CreatePredictionEngine<ImageInput, Scores>(model);
foreach (float score in engine.Predict(image).Score) Console.WriteLine(score.ToString("R", CultureInfo.InvariantCulture));

internal sealed class ImageInput
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}

internal sealed class Scores
{
    public float[] Score { get; set; } = [];
}
