namespace WiseFt.Tool.Tests;

/// <summary>Models as people really have them, by the command line: what is assumed is said once, what is no model by its name.</summary>
public sealed class CaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Embed_BareFile_SaysWhatIsAssumedAndTakesTheOptionThatDecides()
    {
        string[] arguments = ["embed", "--model", Case("gelu-bare"), "--texts", Texts(), "--output", _folder.At("features.safetensors")];

        var (exitCode, _, assumed) = await ToolProcess.RunAsync(arguments);
        var (_, _, given) = await ToolProcess.RunAsync([.. arguments, "--activation", "gelu"]);
        var (refused, _, error) = await ToolProcess.RunAsync([.. arguments, "--activation", "relu"]);

        exitCode.Should().Be(0, assumed);
        assumed.Split("--activation gelu|quick-gelu").Should().HaveCount(2, "it is said once: {0}", assumed);
        given.Should().NotContain("--activation").And.Contain("preprocessing");
        refused.Should().Be(2);
        error.Should().Contain("expected gelu or quick-gelu");
    }

    [Theory]
    [InlineData("student-teacher", "*'student', 'teacher'*--state-dict*")]
    [InlineData("nan-weight", "*numbers that are none*")]
    [InlineData("json-error/model.safetensors", "*JSON text*")]
    public async Task Embed_WhatIsNoModel_SaysWhatItIs(string name, string message)
    {
        var (exitCode, _, error) = await ToolProcess.RunAsync(
            ["embed", "--model", Case(name), "--texts", Texts(), "--output", _folder.At("features.safetensors")]);

        exitCode.Should().Be(1);
        error.Should().Match(message);
        File.Exists(_folder.At("features.safetensors")).Should().BeFalse();
    }

    [Fact]
    public async Task Embed_WithStateDict_TakesThatModel()
    {
        var (exitCode, _, error) = await ToolProcess.RunAsync(
            [
                "embed", "--model", Case("student-teacher"), "--state-dict", "teacher", "--texts", Texts(), "--output",
                _folder.At("f.safetensors")]);

        exitCode.Should().Be(0, error);
    }

    [Fact]
    public async Task Doctor_Model_PrintsThePreprocessingAndWhatIsAssumed()
    {
        var (_, output, _) = await ToolProcess.RunAsync(["doctor", "--model", Case("v5-processor-config")]);
        var (_, bare, _) = await ToolProcess.RunAsync(["doctor", "--model", Case("gelu-bare")]);

        output.Should().Contain("preprocessing  both sides to 32, bilinear, mean 0.5 0.5 0.5").And.Contain("(processor_config.json)");
        bare.Should().Contain("assumed").And.Contain("--activation gelu|quick-gelu");
    }

    [Fact]
    public async Task Mix_FoldersWithAPrecision_WritesIt()
    {
        var (exitCode, _, error) = await ToolProcess.RunAsync(
            [
                "mix", "--zero-shot", Case("_model"), "--fine-tuned", Case("orig-mod-hf"), "--alpha", "0.3", "--precision", "float16",
                "--output", _folder.At("mixed.safetensors")]);

        exitCode.Should().Be(0, error);
        new FileInfo(_folder.At("mixed.safetensors")).Length.Should().BeInRange(370_000, 400_000, "half of the models' 750 kB");
    }

    public void Dispose() => _folder.Dispose();

    private static string Case(string name) => Fixtures.Path($"cases/{name}");

    private string Texts()
    {
        File.WriteAllText(_folder.At("texts.txt"), "a photo of a cat\nhello\n");
        return _folder.At("texts.txt");
    }
}
