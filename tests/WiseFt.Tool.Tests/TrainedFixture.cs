namespace WiseFt.Tool.Tests;

/// <summary>A linear classifier that `wiseft train` made once for all tests that only read it.</summary>
public sealed class TrainedFixture : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    public string Model => _folder.At("out");

    public string Output { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var (exitCode, output, error) = await ToolProcess.RunAsync(
            [
                "train", "--model", Fixtures.Data("starter-clip"), "--train", Fixtures.Data("emoji-shift/reference/train"), "--output",
                Model, "--mode", "linear",
             "--epochs", "2", "--lr", "1e-2", "--batch-size", "32", "--templates", Fixtures.Data("emoji-shift/templates.txt"),
             "--validation", Fixtures.Data("emoji-shift/reference/test")]);
        exitCode.Should().Be(0, error);
        Output = output;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();
}
