using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Models;

namespace WiseFt.Tests;

/// <summary>Configurations that are JSON, and yet no text or no architecture.</summary>
public sealed class HostileConfigTests
{
    [Theory]
    [InlineData("\\ud800")]
    [InlineData("ÿ")] // written as one byte, which is no UTF-8
    public void Read_TextThatIsNoUnicode_IsRefusedByName(string text)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(
            folder.At("config.json"), $$"""{ "model_type": "clip", "vision_config": { "hidden_act": "{{text}}" } }""",
            System.Text.Encoding.Latin1);

        FluentActions.Invoking(() => HuggingFaceFormat.ReadConfig(folder.At("config.json")))
            .Should().Throw<CheckpointException>().WithMessage("*config.json: not a usable configuration*");
    }

    [Fact]
    [Fault("file asks for more memory than it holds")]
    public void Load_ClassifierWithMoreClassesThanItsHead_IsRefusedBeforeMemoryIsTaken()
    {
        using TemporaryFolder folder = new();
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/openai-safetensors"));
        using ImageClassifier classifier = ZeroShotHead.Build(clip, ["tench", "shark"], PromptTemplates.Simple);
        string[] names = [.. Enumerable.Range(0, 1_000_000).Select(i => FormattableString.Invariant($"{i}"))];

        FluentActions.Invoking(() => new ImageClassifier(classifier.Spec with { ClassNames = [.. names] }, classifier.Weights))
            .Should().Throw<WeightMismatchException>().WithMessage("*'classification_head.weight' is (2, 96); expected (1000000, 96)*");
    }

    [Theory]
    [InlineData("\"width\":128", "\"width\":1000000")]
    [InlineData("\"layers\":2", "\"layers\":4000")]
    [InlineData("\"mlp_width\":512", "\"mlp_width\":2000000000")]
    [InlineData("\"embedding_dimension\":96", "\"embedding_dimension\":2000000000")]
    [InlineData("\"heads\":2", "\"heads\":3")]
    [InlineData("\"patch_size\":8", "\"patch_size\":4096")]
    [Fault("file asks for more memory than it holds")]
    public void Load_ClassifierThatDescribesAnother_IsRefusedBeforeMemoryIsTaken(string from, string to)
    {
        using TemporaryFolder folder = new();
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/openai-safetensors"));
        using ImageClassifier classifier = ZeroShotHead.Build(clip, ["tench", "shark"], PromptTemplates.Simple);
        ClassifierFile.Save(classifier, folder.At("whole.safetensors"));
        using (SafetensorsFile whole = SafetensorsFile.Open(folder.At("whole.safetensors")))
        {
            string json = whole.Metadata["wiseft.classifier"];
            json.Should().Contain(from);
            SafetensorsFile.Write(folder.At("changed.safetensors"), classifier.Weights, new Dictionary<string, string>
            {
                ["wiseft.classifier"] = json.Replace(from, to, StringComparison.Ordinal),
            });
        }

        FluentActions.Invoking(() => ImageClassifier.Load(folder.At("changed.safetensors")))
            .Should().Throw<CheckpointException>().WithMessage("*changed.safetensors: the weights do not fit the description*");
    }
}
