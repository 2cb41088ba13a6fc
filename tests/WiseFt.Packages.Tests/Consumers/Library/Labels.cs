using Microsoft.ML;

namespace Library;

/// <summary>What an application sees of the model: no ML.NET, no CLIP.</summary>
public sealed class Labels(string model)
{
    private readonly PredictionEngine<Photo, Guess> _engine = Engine(model);

    public string Of(string image) => _engine.Predict(new Photo { ImagePath = image }).PredictedLabel;

    private static PredictionEngine<Photo, Guess> Engine(string model)
    {
        var mlContext = new MLContext();
        return mlContext.Model.CreatePredictionEngine<Photo, Guess>(mlContext.Model.Load(model, out _));
    }

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";
        public string Label { get; set; } = "";
    }

    private sealed class Guess
    {
        public string PredictedLabel { get; set; } = "";
    }
}
