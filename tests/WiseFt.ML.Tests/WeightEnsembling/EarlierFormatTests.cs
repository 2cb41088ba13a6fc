using Microsoft.ML;

namespace WiseFt.ML.Tests;

/// <summary>Models saved by earlier versions (tests/Fixtures/saved) load and score as they did.</summary>
public sealed class EarlierFormatTests
{
    [Theory, InlineData("model-0.1.zip"), InlineData("model-0.1-stored.zip")]
    [Fault("saved ML.NET model of an older version", "a model that format 1 wrote", "loaded; the same scores")]
    public void Load_ModelOfFormat1_GivesTheScoresItGave(string file)
    {
        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(Fixtures.Path("saved/" + file), out _);
        using var engine = mlContext.Model.CreatePredictionEngine<Input, Prediction>(model);
        Prediction prediction = engine.Predict(new Input { ImagePath = Fixtures.Data("emoji-shift/shifts/twemoji/bird/1f414.png") });
        prediction.PredictedLabel.Should().Be("bird");
        WiseFtTransformer.FindIn(model).ClassNames.Should().Equal("bird", "boat", "insect");
        float[] expected = [0.363389f, 0.34827372f, 0.28833723f];
        for (int k = 0; k < 3; k++) prediction.Score[k].Should().BeApproximately(expected[k], 1e-4f);
        using WiseFtTransformer zeroShot = WiseFtTransformer.FindIn(model).WithAlpha(0);
        zeroShot.Alpha.Should().Be(0);
    }

    private sealed class Input
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
