using System.Text.Json;

namespace WiseFt.Tool.Tests;

/// <summary>The guide of the first hour, command by command as it is written, with drawn shapes and the built-in model.</summary>
public sealed class FirstHourTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Guide_EveryCommandAsWritten_LeavesWhatItSays()
    {
        Photographs.DrawInto(_folder);
        List<string> said = [];
        foreach (string[] words in Guide.Commands("first-hour.md").Where(words => words[0] != "demo")) // which other tests run
            said.Add(await Guide.RunAsync(_folder.Path, words));
        string all = string.Join('\n', said);

        all.Should().Contain("circle").And.Contain("Zero-shot accuracy").And.Contain("Recipe that fits the data: batch size 16")
            .And.Contain("Accuracy on validation by epoch").And.Contain("Next: accuracy on a test set")
            .And.Contain("Ship alpha").And.Contain("Against the zero-shot model it").And.Contain("Against the fine-tuned model it")
            .And.Contain("under shift").And.Contain("are at alpha 0.7 now").And.Contain("Wrote ");
        File.ReadAllText(_folder.At("report", "report.html")).Should().Contain("Ship alpha").And.Contain("outlines");
        JsonDocument.Parse(File.ReadAllText(_folder.At("out", "config.json"))).RootElement.GetProperty("alpha").GetDouble()
            .Should().Be(0.7);
        string[] left = ["model.onnx", "out-hf/model.safetensors", "out/model.zip", "Shapes/Shapes.slnx", "Shapes/README.md"];
        left.Where(file => !File.Exists(_folder.At(file))).Should().BeEmpty("the guide says that its commands leave these");
    }
}
