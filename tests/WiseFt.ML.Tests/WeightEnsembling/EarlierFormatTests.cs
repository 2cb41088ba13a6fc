using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;

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

    [Theory]
    [InlineData("zeroshot-0.1.zip", new[] { 0.32946122f, 0.33915314f, 0.3313856f })]
    [InlineData("finetuned-0.1.zip", new[] { 0.38559112f, 0.38829798f, 0.22611092f })]
    public void Load_ClassifierOfAnEarlierClass_GivesTheScoresItGave_AndIsSavedAsOne(string file, float[] expected)
    {
        var mlContext = new MLContext();
        using var model = (ClipClassifierTransformer)mlContext.Model.Load(Fixtures.Path("saved/" + file), out _);
        using var saved = new MemoryStream();
        mlContext.Model.Save(model, null, saved);
        using var again = (ClipClassifierTransformer)mlContext.Model.Load(saved, out _);
        IDataView image = mlContext.Data.LoadFromEnumerable(
            [new Input { ImagePath = Fixtures.Data("emoji-shift/shifts/twemoji/bird/1f414.png"), Label = "bird" }]);

        foreach (ClipClassifierTransformer loaded in new[] { model, again })
        {
            float[] scores = loaded.Transform(image).GetColumn<float[]>("Score").Single();
            for (int k = 0; k < 3; k++) scores[k].Should().BeApproximately(expected[k], 1e-4f);
        }
        LoaderOf(new MemoryStream(saved.ToArray())).Should().Be(LoaderOf(File.OpenRead(Fixtures.Path("saved/" + file))));
    }

    /// <summary>The names and numbers before the settings: who reads them.</summary>
    private static string LoaderOf(Stream zip)
    {
        using var archive = new ZipArchive(zip);
        using Stream key = archive.Entries.Single(e => e.Name == "Model.key").Open();
        using var bytes = new MemoryStream();
        key.CopyTo(bytes);
        return Convert.ToHexString(bytes.ToArray());
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
