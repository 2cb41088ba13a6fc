using System.Globalization;
using Microsoft.ML;

// Arguments: a saved model, an image file. Prints the predicted label, then each probability on a line of its own.
var mlContext = new MLContext();
ITransformer model = mlContext.Model.Load(args[0], out _);
using var engine = mlContext.Model.CreatePredictionEngine<ImageInput, ImagePrediction>(model);
ImagePrediction prediction = engine.Predict(new ImageInput { ImagePath = args[1] });
Console.WriteLine(prediction.PredictedLabel);
foreach (float score in prediction.Score) Console.WriteLine(score.ToString("R", CultureInfo.InvariantCulture));

internal sealed class ImageInput
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}

internal sealed class ImagePrediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
