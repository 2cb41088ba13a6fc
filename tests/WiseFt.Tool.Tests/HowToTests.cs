namespace WiseFt.Tool.Tests;

/// <summary>The commands of the pages in docs/how-to, as they are written, one after the other; each page with drawn shapes and a model
/// that was trained on them.</summary>
public sealed class HowToTests(HowToTests.TrainedOnShapes trained) : IClassFixture<HowToTests.TrainedOnShapes>, IDisposable
{
    private const string Pages = "how-to";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The pages with commands, and what these print or leave.</summary>
    public static TheoryData<string, string> Expected() => new()
    {
        { "alpha.md", "Ship alpha are at alpha 0.7 now. circle" },
        { "csv.md", "30 images. out-csv outlines Ship alpha" },
        { "from-model-builder.md", "Wrote Shapes_Console" },
        { "from-open-clip.md", "circle gelu out-open-clip" },
        { "from-transformers.md", "accuracy out-hf" },
        { "gpu.md", "GPU libtorch" },
        { "shift.md", "outlines Ship alpha accuracy" },
        { "weights.md", "starter-clip ViT circle" },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public async Task Page_EveryCommandAsWritten_EndsWell(string page, string expected)
    {
        Photographs.DrawInto(_folder);
        trained.CopyTo(_folder.At("out"));
        string[][] commands = [.. Guide.Commands($"{Pages}/{page}")];
        commands.Should().NotBeEmpty();
        string said = "";
        foreach (string[] words in commands) said += await Guide.RunAsync(_folder.Path, words);

        said.Should().ContainAll(expected.Split(' '));
    }

    [Fact]
    public void Pages_WithCommands_AreAllRun()
    {
        string folder = Path.Combine(Fixtures.RepositoryRoot, "docs", Pages);
        Directory.GetFiles(folder, "*.md").Select(page => Path.GetFileName(page)).Where(page => Guide.Commands($"{Pages}/{page}").Any())
            .Should().BeEquivalentTo(Expected().Select(row => (string)row[0]));
    }

    /// <summary>What <c>wiseft train</c> leaves, of few epochs.</summary>
    public sealed class TrainedOnShapes : IAsyncLifetime, IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Task InitializeAsync()
        {
            Photographs.DrawInto(_folder);
            return Guide.RunAsync(_folder.Path, [
                "train", "--model", Fixtures.Data("starter-clip"), "--data", "photos/train", "--output", "out", "--validation", "none",
                "--templates", "simple", "--epochs", "2"]);
        }

        public void CopyTo(string folder)
        {
            Directory.CreateDirectory(folder);
            foreach (string file in Directory.GetFiles(_folder.At("out"))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => _folder.Dispose();
    }
}
