using WiseFt.Ensembling;
using WiseFt.Files;
using WiseFt.Tensors;

namespace WiseFt.Tool.Tests;

[Collection(nameof(TrainedFixture))]
public sealed class FisherTests(TrainedFixture trained) : IDisposable
{
    private static readonly string _images = Fixtures.Data("emoji-shift/reference/test");

    private readonly TemporaryFolder _folder = new();

    private string Output => _folder.At("f.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fisher_OfATrainedFolder_HasATensorForEachWeight_AndIsThatOfTheLibrary()
    {
        string output = await Succeeds("--model", trained.Model, "--alpha", "1", "--data", _images, "--examples", "3", "--seed", "4");

        output.Should().Contain("Wrote").And.Contain("from 3 images.");
        using SafetensorsFile file = SafetensorsFile.Open(Output);
        using Weights fisher = file.ReadAll();
        using ImageClassifier model = ImageClassifier.Load(Path.Combine(trained.Model, "finetuned.safetensors"));
        fisher.Keys.Should().Equal(model.Weights.Keys);
        fisher.Should().OnlyContain(f => f.Value.shape.SequenceEqual(model.Weights[f.Key].shape));
        file.Metadata["wiseft.fisher"].Should().Contain("\"examples\":3").And.Contain("\"seed\":4")
            .And.Contain(TensorHash.Sha256("", model.Weights));
    }

    [Fact]
    public async Task Fisher_OfAFolderWithoutClasses_UsesAllImagesAndSaysSo()
    {
        string folder = Directory.GetDirectories(_images).Order(StringComparer.Ordinal).First();
        string model = Path.Combine(trained.Model, "finetuned.safetensors");
        string output = await Succeeds("--model", model, "--data", folder);
        output.Should().Contain($"and all of them are used").And.Contain($"from {Directory.GetFiles(folder).Length} images.");
    }

    [Fact]
    public async Task Fisher_OntoAFile_NeedsOverwrite()
    {
        File.WriteAllText(Output, "days of work");
        string[] fisher = ["--model", trained.Model, "--data", _images, "--examples", "1"];
        await Refuses(1, "is there already. Choose another name, or add --overwrite", fisher);
        File.ReadAllText(Output).Should().Be("days of work");
        await Succeeds([.. fisher, "--overwrite"]);
        SafetensorsFile.Open(Output).Dispose();
    }

    [Theory]
    [InlineData(2, "--examples is '0'; expected", "--examples", "0")]
    [InlineData(2, "--seed is 'x'", "--seed", "x")]
    public async Task Fisher_WhatDoesNotFit_IsRefused(int expected, string words, params string[] more)
    {
        await Refuses(expected, words, ["--model", trained.Model, "--data", _images, .. more]);
        File.Exists(Output).Should().BeFalse();
    }

    [Fact]
    public async Task Fisher_AsItsOwnInput_IsRefused()
    {
        string model = _folder.At("f.safetensors");
        File.Copy(Path.Combine(trained.Model, "finetuned.safetensors"), model);
        await Refuses(2, "is read as well, by --model", "--model", model, "--data", _images, "--overwrite");
    }

    [Fact]
    public async Task Fisher_OfNoImages_IsRefused() =>
        await Refuses(1, "There is no image or folder", "--model", trained.Model, "--data", _folder.At("none"));

    private async Task<string> Succeeds(params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(["fisher", .. arguments, "--output", Output]);
        exitCode.Should().Be(0, errors);
        return output + errors;
    }

    private async Task Refuses(int expected, string words, params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(["fisher", .. arguments, "--output", Output]);
        exitCode.Should().Be(expected, errors);
        errors.Should().Contain(words);
        output.Should().BeEmpty();
    }
}
