using System.Text.Json;
using Microsoft.ML;
using WiseFt.Files;
using WiseFt.ML;

namespace WiseFt.Tool.Tests;

[Collection(nameof(TrainedFixture))]
public sealed class TrainedModelTests(TrainedFixture trained)
{
    private static readonly string _bird = Fixtures.Data("emoji-shift/shifts/twemoji/bird");

    [Fact]
    public void Train_Leaves_EndPointsMixturePipelineTraceAndSettings()
    {
        Directory.GetFiles(trained.Model).Select(Path.GetFileName).Should().BeEquivalentTo(
            "zeroshot.safetensors", "finetuned.safetensors", "wiseft.safetensors", "model.zip", "training.jsonl", "config.json");
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(trained.Model, "wiseft.safetensors"));
        file.Tensors.Keys
            .Should().Contain(["classification_head.weight", "classification_head.bias", "image_encoder.model.visual.conv1.weight"]);
        JsonElement[] rows = [.. File.ReadLines(Path.Combine(trained.Model, "training.jsonl"))
            .Select(l => JsonDocument.Parse(l).RootElement)];
        rows.Where(r => r.TryGetProperty("epoch", out _)).Select(r => r.GetProperty("epoch").GetInt32()).Should().Equal(0, 1);
        rows[^1].EnumerateObject().Select(p => p.Name).Should().Equal("epoch", "validation_accuracy", "validation_loss");
        rows[^1].GetProperty("validation_accuracy").GetDouble().Should().BeInRange(0.4, 0.6);
        rows = [.. rows.Where(r => r.TryGetProperty("step", out _))];
        rows.Select(r => r.GetProperty("step").GetInt32()).Should().Equal(Enumerable.Range(0, 24));
        rows[0].EnumerateObject().Select(p => p.Name).Should().Equal("step", "learning_rate", "loss", "gradient_norm");
        rows[0].GetProperty("learning_rate").GetDouble().Should().BeApproximately(0.005, 1e-12, "a warm-up of 2 of 24 steps, a tenth");
        trained.Output.Should().Contain("0.5").And.Contain("validation").And.NotContain("reference");
    }

    [Fact]
    public async Task Predict_FolderWithAFileOfAnotherRun_Refuses()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(trained.Model)) File.Copy(file, folder.At(Path.GetFileName(file)));
        File.Copy(folder.At("zeroshot.safetensors"), folder.At("finetuned.safetensors"), overwrite: true);

        var (exitCode, _, error) = await ToolProcess.RunAsync(["predict", _bird, "--model", folder.Path]);

        exitCode.Should().Be(1);
        error.Should().Contain("finetuned.safetensors is not the file that config.json").And.Contain("checksums");
    }

    [Fact]
    public async Task Embed_TrainedFolder_IsTheMixturesEncoderOrTheEndPointThatIsNamed()
    {
        using var folder = new TemporaryFolder();
        string[] models = [trained.Model, Path.Combine(trained.Model, "model.zip"), Path.Combine(trained.Model, "zeroshot.safetensors"),
            Fixtures.Data("starter-clip")];
        var features = new List<Weights>();
        foreach (string model in models)
        {
            string output = folder.At($"{features.Count}.safetensors");
            var (exitCode, _, error) = await ToolProcess.RunAsync(["embed", "--model", model, "--images", _bird, "--output", output]);
            exitCode.Should().Be(0, error);
            using SafetensorsFile file = SafetensorsFile.Open(output);
            features.Add(file.ReadAll());
        }

        features[0]["features"].Equals(features[1]["features"]).Should().BeTrue();
        features[2]["features"].Equals(features[3]["features"]).Should().BeTrue();
        features.ForEach(f => f.Dispose());
    }

    [Fact]
    public async Task Train_WithoutAFolderForTemporaryFiles_SaysSoBeforeTraining()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();

        var (exitCode, _, error) = await ToolProcess.RunAsync(
            [
                "train", "--model", Fixtures.Data("starter-clip"), "--train", Fixtures.Data("emoji-shift/reference/train"), "--output",
                folder.At("out")],
            ("TMPDIR", folder.At("nowhere")));

        exitCode.Should().Be(1);
        error.Should().Contain("TMPDIR").And.NotContain("Step ");
    }

    [Fact]
    public async Task Sweep_Json_AgreesWithTheZeroShotCommandAndHasTheContractsNames()
    {
        var (exitCode, output, error) = await ToolProcess.RunAsync(
            [
                "sweep", "--model", trained.Model, "--reference", Fixtures.Data("emoji-shift/reference/test"), "--shift",
                "noto-v1=" + Fixtures.Data("emoji-shift/shifts/noto-v1"), "--alpha", "0:1:0.5", "--json"]);
        exitCode.Should().Be(0, error);
        JsonElement[] rows = [.. JsonDocument.Parse(output).RootElement.GetProperty("alphas").EnumerateArray()];
        rows.Select(r => r.GetProperty("alpha").GetDouble()).Should().Equal(0, 0.5, 1);
        double reference = rows[0].GetProperty("accuracy").GetProperty("reference").GetDouble(),
            shift = rows[0].GetProperty("accuracy").GetProperty("noto-v1").GetDouble();
        (reference * 421).Should().BeApproximately(196, 1.001);
        (shift * 325).Should().BeApproximately(154, 1.001);
        rows[0].GetProperty("average_shifts").GetDouble().Should().Be(shift);
        rows[0].GetProperty("average_reference_and_shifts").GetDouble().Should().BeApproximately((reference + shift) / 2, 1e-12);

        var (_, zeroShot, _) = await ToolProcess.RunAsync(
            [
                "zeroshot", "--model", Fixtures.Data("starter-clip"), "--data", Fixtures.Data("emoji-shift/reference/test"), "--templates",
                Fixtures.Data("emoji-shift/templates.txt"), "--json"]);
        JsonElement document = JsonDocument.Parse(zeroShot).RootElement;
        document.GetProperty("accuracy").GetDouble().Should().Be(reference);
        document.GetProperty("count").GetInt32().Should().Be(421);
        document.GetProperty("per_class").EnumerateObject().Should().HaveCount(47);
    }

    [Fact]
    public async Task Predict_Json_EqualsTheMLNetPipeline()
    {
        string image = Directory.GetFiles(_bird)[0];
        var (exitCode, output, error) = await ToolProcess.RunAsync(["predict", "--model", trained.Model, image, "--top", "47", "--json"]);
        exitCode.Should().Be(0, error);
        JsonElement row = JsonDocument.Parse(output).RootElement.EnumerateArray().Single();
        row.GetProperty("path").GetString().Should().Be(image);
        var byCommand = row.GetProperty("predictions")
            .EnumerateArray().ToDictionary(p => p.GetProperty("label").GetString()!, p => p.GetProperty("probability").GetSingle());

        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(Path.Combine(trained.Model, "model.zip"), out _);
        using var engine = mlContext.Model.CreatePredictionEngine<Input, Prediction>(model);
        Prediction byPipeline = engine.Predict(new Input { ImagePath = image });
        IReadOnlyList<string> names = WiseFtTransformer.FindIn(model).ClassNames;
        byPipeline.PredictedLabel.Should().Be(byCommand.MaxBy(p => p.Value).Key);
        for (int k = 0; k < names.Count; k++) byPipeline.Score[k].Should().BeApproximately(byCommand[names[k]], 1e-5f);
    }

    [Fact]
    public async Task Mix_AtAlpha_IsTheMixtureThatTrainWrote()
    {
        string mixture = Path.Combine(trained.Folder, "mixed.safetensors");
        var (exitCode, _, error) = await ToolProcess.RunAsync(
            [
                "mix", "--zero-shot", Path.Combine(trained.Model, "zeroshot.safetensors"), "--fine-tuned",
                Path.Combine(trained.Model, "finetuned.safetensors"), "--alpha", "0.5", "--output", mixture]);
        exitCode.Should().Be(0, error);
        File.ReadAllBytes(mixture).Should().Equal(File.ReadAllBytes(Path.Combine(trained.Model, "wiseft.safetensors")));
    }

    [Theory]
    [InlineData("huggingface")]
    [InlineData("open-clip")]
    [InlineData("openai")]
    public async Task Convert_ThenEmbed_EqualsTheMixturesEncoder(string layout)
    {
        string folder = Path.Combine(trained.Folder, layout),
        features = Path.Combine(trained.Folder, layout + ".safetensors"),
        original = Path.Combine(trained.Folder, layout + "0.safetensors");
        (await ToolProcess.RunAsync(["convert", "--model", trained.Model, "--to", layout, "--output", folder])).ExitCode.Should().Be(0);
        (await ToolProcess.RunAsync(["embed", "--model", folder, "--images", _bird, "--output", features])).ExitCode.Should().Be(0);
        (await ToolProcess.RunAsync(["embed", "--model", Fixtures.Data("starter-clip"), "--images", _bird, "--output", original])).ExitCode
            .Should().Be(0);
        using SafetensorsFile converted = SafetensorsFile.Open(features), reference = SafetensorsFile.Open(original);
        using var a = converted.Read("features");
        using var b = reference.Read("features");
        a.shape.Should().Equal(Directory.GetFiles(_bird).Length, 128);
        a.bytes.ToArray().Should().Equal(b.bytes.ToArray(), "a linear classifier leaves the encoder as it was");
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
