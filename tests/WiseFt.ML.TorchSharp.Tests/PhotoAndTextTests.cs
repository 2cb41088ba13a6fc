using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;

namespace WiseFt.Neighbours.Tests;

/// <summary>Both packages in one process and one pipeline.</summary>
public sealed class PhotoAndTextTests(PretrainedWeights weights) : IClassFixture<PretrainedWeights>
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    [Fact]
    public void Pipeline_OfAMixtureAndATextClassifier_IsFittedSavedAndLoaded()
    {
        MLContext mlContext = weights.WithNasBert().MLContext;
        string images = Fixtures.Data("emoji-shift/reference/train");
        IDataView data = mlContext.Data.LoadFromEnumerable(
            from kind in new[] { "fruit", "vehicle" }
            from path in Directory.GetFiles(Path.Combine(images, kind)).Order(StringComparer.Ordinal).Take(3)
            select new Product(path, "a " + kind, kind));
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Product.Kind))
            .Append(mlContext.Transforms.WiseFt(Fixtures.Data("starter-clip"), epochs: 1, batchSize: 4))
            .Append(mlContext.MulticlassClassification.Trainers.TextClassification(
                sentence1ColumnName: nameof(Product.Text), outputColumnName: "TextLabel", scoreColumnName: "TextScore",
                batchSize: 4, maxEpochs: 1));
        using var model = pipeline.Fit(data);

        using var file = new TemporaryFolder();
        mlContext.Model.Save(model, data.Schema, file.At("model.zip"));
        ITransformer loaded = new MLContext().Model.Load(file.At("model.zip"), out _);
        foreach (string column in new[] { "Score", "TextScore" })
        {
            float[][] scores = [.. model.Transform(data).GetColumn<float[]>(column)];
            scores.Should().HaveCount(6).And.OnlyContain(s => s.Length == 2 && s.All(float.IsFinite));
            loaded.Transform(data).GetColumn<float[]>(column).Should().BeEquivalentTo(scores, o => o.WithStrictOrdering());
        }
        ((IDisposable)loaded).Dispose();
    }

    [Fact]
    public async Task Example_WithRandomWeights_PrintsWhatItsHeaderSays()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Fixtures.RepositoryRoot,
        };
        start.ArgumentList.Add(Path.Combine("examples", "PhotoAndText", "bin", configuration, "net10.0", "PhotoAndText.dll"));
        // ML.NET's folder for temporary files is the system's, on Linux and macOS the first, on Windows the second of these.
        start.Environment["TMPDIR"] = start.Environment["TMP"] = weights.WithNasBert().MLContext.TempFilePath;
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(_limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(0, await error);
        (await output).Should().MatchRegex(@"Right by photo and description: (2[5-9]|3\d|4[01]) of 41\s+The loaded model says the same\.");
    }

    private sealed record Product(string ImagePath, string Text, string Kind);
}
