using System.Text.Json;
using SkiaSharp;

namespace WiseFt.Tool.Tests;

[Collection(nameof(TrainedFixture))]
public sealed class ExplainTests(TrainedFixture trained) : IDisposable
{
    private static readonly string _image = Fixtures.Data("emoji-shift/shifts/twemoji/fruit/1f34a.png");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Explain_OfATrainedModel_WritesTheMapAndSaysHowToReadIt()
    {
        string heat = _folder.At("heat.png");

        var (exitCode, output, errors) = await ToolProcess.RunAsync(["explain", "--model", trained.Model, _image, "--output", heat]);

        exitCode.Should().Be(0, errors);
        output.Should().Contain("It needs most what is ").And.Contain("red where its probability drops, blue where it rises");
        using SKBitmap picture = SKBitmap.Decode(heat);
        picture.Width.Should().Be(448);
    }

    [Fact]
    public async Task Explain_AsJson_HasTheMapOfTheClassThatIsAsked()
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(
            [
                "explain", "--model", trained.Model, "--alpha", "0", _image, "--class", "mammal", "--window", "32", "--stride", "16",
                "--output", _folder.At("heat.png"), "--json",
            ]);

        exitCode.Should().Be(0, errors);
        JsonElement found = JsonElement.Parse(output);
        found.GetProperty("label").GetString().Should().Be("mammal");
        found.GetProperty("drops").EnumerateArray().Select(row => row.GetArrayLength()).Should().Equal(4, 4, 4, 4);
        (found.GetProperty("window").GetInt32(), found.GetProperty("side").GetInt32()).Should().Be((32, 64));
    }

    [Theory]
    [InlineData(1, "'lorry' is no class of the model", "--class", "lorry")]
    [InlineData(1, "expected 1 to 63", "--window", "64")]
    [InlineData(2, "--stride is '0'; expected", "--stride", "0")]
    [InlineData(2, "There are 2 images", "second.png")]
    public async Task Explain_WhatDoesNotFit_IsRefused(int expected, string words, params string[] more)
    {
        string heat = _folder.At("heat.png");

        var (exitCode, _, errors) = await ToolProcess.RunAsync(
            ["explain", "--model", trained.Model, _image, .. more, "--output", heat]);

        (exitCode, errors.Contains(words, StringComparison.Ordinal)).Should().Be((expected, true), errors);
        File.Exists(heat).Should().BeFalse();
    }

    [Fact]
    public async Task Explain_OntoAFileOrTheImage_IsRefused()
    {
        string heat = _folder.At("heat.png");
        File.WriteAllText(heat, "a picture of somebody's");

        (await ExitCode(heat)).Should().Be(1);
        (await ExitCode(_image)).Should().Be(2);
        (await ExitCode(_folder.At("heat.jpg"))).Should().Be(2);
        File.ReadAllText(heat).Should().StartWith("a picture");
    }

    private async Task<int> ExitCode(string output) =>
        (await ToolProcess.RunAsync(["explain", "--model", trained.Model, _image, "--output", output])).ExitCode;
}
