using System.Text.Json;

namespace WiseFt.Tool.Tests;

/// <summary>Whatever holds a classifier is taken by every verb that needs one, and gives the same answers.</summary>
[Collection(nameof(TrainedFixture))]
public sealed class AnyClassifierTests(TrainedFixture trained) : IDisposable
{
    private static readonly string _clip = Fixtures.Data("starter-clip"), _birds = Fixtures.Data("emoji-shift/shifts/twemoji/bird");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Predict_OfEverySource_IsTheSame()
    {
        string mixed = _folder.At("mixed.safetensors");
        await Run("mix", "--zero-shot", At("zeroshot"), "--fine-tuned", At("finetuned"), "--alpha", "0.5", "--output", mixed);
        string expected = await Predict("--model", trained.Model);

        (await Predict("--model", Path.Combine(trained.Model, "model.zip"))).Should().Be(expected);
        (await Predict("--model", mixed)).Should().Be(expected);
        (await Predict("--zero-shot", At("zeroshot"), "--fine-tuned", At("finetuned"), "--alpha", "0.5")).Should().Be(expected);
        (await Predict("--model", Path.Combine(trained.Model, "model.zip"), "--alpha", "1")).Should()
            .Be(await Predict("--model", At("finetuned"))).And.NotBe(expected);
    }

    [Fact]
    public async Task Sweep_OfEverySource_IsTheSame()
    {
        string expected = await Sweep("--model", trained.Model);

        (await Sweep("--model", Path.Combine(trained.Model, "model.zip"))).Should().Be(expected);
        (await Sweep("--zero-shot", At("zeroshot"), "--fine-tuned", At("finetuned"))).Should().Be(expected);
        JsonElement one = JsonDocument.Parse(await Sweep("--model", At("wiseft"))).RootElement;
        one.GetProperty("alphas").GetArrayLength().Should().Be(1);
        one.GetProperty("alphas")[0].GetProperty("accuracy").ToString().Should().Be(
            JsonDocument.Parse(expected).RootElement.GetProperty("alphas")[1].GetProperty("accuracy").ToString());
    }

    [Fact]
    public async Task Sweep_OfTwoClipModels_BuildsTheirHeadsOfTheFolders()
    {
        string json = await Sweep("--zero-shot", _clip, "--fine-tuned", _clip, "--templates", "simple");
        JsonElement sweep = JsonDocument.Parse(json).RootElement;

        sweep.GetProperty("alphas").EnumerateArray().Select(a => a.GetProperty("accuracy").ToString()).Distinct().Should().HaveCount(1);
        sweep.GetProperty("verdict").GetProperty("text").GetString().Should().Contain("fine-tuning changed no answer");
    }

    [Fact]
    public async Task PredictAndZeroShot_OfAClipModel_TakeTheClassesFromTheCommandLine()
    {
        string said = await Run(
            "predict", "--model", _clip, "--classes", "bird, boat,arrow", "--templates", "simple", "--top", "1", "--json", _birds);
        JsonElement[] rows = [.. JsonDocument.Parse(said).RootElement.EnumerateArray()];
        rows.Should().NotBeEmpty();
        rows.Count(r => r.GetProperty("predictions")[0].GetProperty("label").GetString() == "bird").Should().BeGreaterThan(rows.Length / 2);

        string data = _folder.At("data");
        foreach (string c in new[] { "bird", "boat" })
        {
            Directory.CreateDirectory(Path.Combine(data, c));
            string file = Directory.GetFiles(Fixtures.Data($"emoji-shift/shifts/twemoji/{c}"))[0];
            File.Copy(file, Path.Combine(data, c, "1.png"));
        }
        (await Run("zeroshot", "--model", _clip, "--data", data, "--classes", "bird,boat", "--templates", "simple", "--json"))
            .Should().Be(await Run("zeroshot", "--model", _clip, "--data", data, "--templates", "simple", "--json"));
    }

    [Fact]
    public async Task ZeroShotHead_InOneLine_IsTheToolsPrediction()
    {
        string image = Directory.GetFiles(_birds)[0];
        using ImageClassifier model = ZeroShotHead.Build(_clip, ["bird", "boat", "arrow"], PromptTemplates.Simple);

        ClassProbability first = model.Predict(image)[0];

        string said = await Run("predict", "--model", _clip, "--classes", "bird,boat,arrow", "--templates", "simple", "--json", image);
        JsonElement expected = JsonDocument.Parse(said).RootElement[0].GetProperty("predictions")[0];
        first.Label.Should().Be(expected.GetProperty("label").GetString());
        first.Probability.Should().BeApproximately(expected.GetProperty("probability").GetSingle(), 1e-5f);
    }

    [Fact]
    public async Task Convert_OfAnyCheckpoint_ChangesLayoutAndPrecision()
    {
        string half = _folder.At("half"), openai = _folder.At("openai"), trainedHf = _folder.At("trained");
        await Run("convert", "--model", _clip, "--to", "huggingface", "--precision", "float16", "--output", half);
        await Run("convert", "--model", half, "--to", "openai", "--output", openai);
        await Run("convert", "--model", At("wiseft"), "--clip", _clip, "--to", "huggingface", "--output", trainedHf);

        using ClipModel original = ClipModel.Load(_clip), converted = ClipModel.Load(openai);
        using TorchSharp.torch.Tensor ids = original.Tokenizer.Encode(["a bird"]);
        using TorchSharp.torch.Tensor expected = original.EncodeText(ids), found = converted.EncodeText(ids);
        found.data<float>().Should().Equal(expected.data<float>(), "the starter model's numbers are of 16 bits");
        new FileInfo(Path.Combine(half, "model.safetensors")).Length
            .Should().BeLessThan(new FileInfo(Path.Combine(trainedHf, "model.safetensors")).Length * 6 / 10);
    }

    [Fact]
    public async Task SetAlpha_OfATrainedFolder_MovesMixtureAndPipeline()
    {
        string folder = _folder.At("out");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(trained.Model)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        string expected = await Predict("--model", trained.Model, "--alpha", "0.8");

        (await Run("set-alpha", folder, "0.8")).Should().Contain("are at alpha 0.8 now");

        (await Predict("--model", folder)).Should().Be(expected);
        (await Predict("--model", Path.Combine(folder, "model.zip"))).Should().Be(expected);
        (await Predict("--model", Path.Combine(folder, "wiseft.safetensors"))).Should().Be(expected);
    }

    [Fact]
    public async Task New_OfATrainedModel_TakesItAsItIs()
    {
        string[] arguments =
            ["new", "--data", Fixtures.Data("emoji-shift/reference/train"), "--name", "Pets", "--output", _folder.At("Pets")];
        string expected = await Predict("--model", trained.Model, "--alpha", "0.6");
        await Refuses("--lr is for training", [.. arguments, "--model", trained.Model, "--lr", "1"]);

        await Run([.. arguments, "--zero-shot", At("zeroshot"), "--fine-tuned", At("finetuned"), "--alpha", "0.6"]);

        (await Predict("--model", _folder.At("Pets/Pets_Model/Pets.mlnet"))).Should().Be(expected);
        (await File.ReadAllTextAsync(_folder.At("Pets/README.md"))).Should().Contain("fine-tuned before").And.Contain("at alpha 0.6");
    }

    [Theory]
    [InlineData("0.7 OUT", "Did you mean wiseft set-alpha OUT 0.7?")]
    [InlineData("OUT 1.5", "expected a number in [0, 1]")]
    [InlineData("OUT NaN", "expected a number in [0, 1]")]
    public async Task SetAlpha_OfNonsense_IsRefused(string words, string expected)
    {
        var (exitCode, _, errors) = await ToolProcess.RunAsync(["set-alpha", .. words.Split(' ')]);
        exitCode.Should().Be(2);
        errors.Should().Contain(expected);
    }

    [Fact]
    public async Task Predict_OfWhatIsNoClassifier_SaysWhatIsMissing()
    {
        await Refuses("it has no classes", "predict", "--model", _clip, _birds);
        await Refuses("is one model: there is nothing to mix", "predict", "--model", At("wiseft"), "--alpha", "0.3", _birds);
        await Refuses("either --model M, or --zero-shot A with --fine-tuned B", "predict", "--zero-shot", _clip, _birds);
    }

    private string At(string name) => Path.Combine(trained.Model, name + ".safetensors");

    private static Task<string> Predict(params string[] model) => Run(["predict", .. model, "--json", _birds]);

    private Task<string> Sweep(params string[] model) =>
        Run(["sweep", .. model, "--reference", Reference(), "--alpha", "0,0.5,1", "--json"]);

    /// <summary>Two images of each class.</summary>
    private string Reference()
    {
        string folder = _folder.At("reference");
        if (Directory.Exists(folder)) return folder;
        foreach (string source in Directory.GetDirectories(Fixtures.Data("emoji-shift/reference/test")))
        {
            string to = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileName(source))).FullName;
            foreach (string file in Directory.GetFiles(source).Order(StringComparer.Ordinal).Take(2))
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
        return folder;
    }

    private static async Task<string> Run(params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().Be(0, errors);
        return output;
    }

    private static async Task Refuses(string expected, params string[] arguments)
    {
        var (exitCode, _, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().BeOneOf(1, 2);
        errors.Should().Contain(expected);
    }
}
