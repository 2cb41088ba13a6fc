using System.Xml.Linq;

namespace WiseFt.Tool.Tests;

public sealed class ScaffoldFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Solution => _folder.At("work/Pets");

    [Fact]
    public void Write_WithPackages_NamesNoFolderOfThisMachine()
    {
        ScaffoldSettings settings = Settings() with { Templates = Fixtures.Data("emoji-shift/templates.txt") };

        ScaffoldFiles.Write(Solution, settings, Trial());

        string[] files = Directory.GetFiles(Solution, "*", SearchOption.AllDirectories);
        files.Select(file => Path.GetRelativePath(Solution, file).Replace('\\', '/')).Should().Contain(
            ["README.md", ".gitignore", "Pets_WebApi/wwwroot/index.html", "Pets_Console/sample.png", "Pets_Model/clip/model.safetensors",
             "Pets_Model/Pets.templates.txt", "Pets_Model/Pets.mbconfig"]);
        foreach (string file in files.Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "clip"))
            File.ReadAllText(file).Should().NotContain(_folder.Path, file).And.NotContain(Fixtures.RepositoryRoot, file)
                .And.NotContain(AppContext.BaseDirectory, file).And.NotContainAny(["__NAME", "__CL", "__S"], file);
    }

    [Fact]
    public void Write_WithACheckout_RefersToItFromTheSolution()
    {
        ScaffoldFiles.Write(Solution, Settings() with { Source = Fixtures.RepositoryRoot }, Trial());

        foreach (string project in Directory.GetFiles(Solution, "*.csproj", SearchOption.AllDirectories))
            XDocument.Load(project).ToString().Should().NotContain(Fixtures.RepositoryRoot, project);
        string properties = File.ReadAllText(Path.Combine(Solution, "Directory.Build.props"));
        properties.Should().Contain("$(MSBuildThisFileDirectory)../").And.Contain($">{Fixtures.RepositoryRoot}<", "it may be moved alone");
    }

    [Theory]
    [InlineData("openai/clip-vit-base-patch32", "\"openai/clip-vit-base-patch32\"", "openai/clip-vit-base-patch32")]
    [InlineData("models/clip", "InSolution(\"../../models/clip\")", "../../../models/clip")]
    public void ClipModel_OfANameAndOfAFolder_StaysANameOrIsFoundFromTheSolution(string model, string code, string ofModel)
    {
        Directory.CreateDirectory(_folder.At("models/clip"));
        string path = model.StartsWith("models", StringComparison.Ordinal) ? _folder.At(model) : model;
        var assets = new ScaffoldAssets(Solution, Settings() with { ModelPath = path, ModelIsBuiltIn = false }, Trial());

        (assets.ClipModelCode, assets.ClipModelOfModel).Should().Be((code, ofModel));
        assets.DataFolder.Should().Be("../../photos");
    }

    [Fact]
    public void Readme_OfTooFewImages_SaysThatNothingWasMeasured() =>
        ScaffoldReadme.Accuracy(Settings(), Trial()).Should().StartWith("Not measured");

    public void Dispose() => _folder.Dispose();

    private ScaffoldSettings Settings() => new()
    {
        Name = "Pets",
        DataFolder = _folder.At("photos"),
        ModelPath = Fixtures.Data("starter-clip"),
        ModelIsBuiltIn = true,
        Templates = "imagenet",
        Alpha = 0.5,
        Recipe = new FineTuningOptions(),
    };

    private static ScaffoldTrial Trial() => new(
        8, 1.5, Report: null, Accuracy: null, Fixtures.Data("emoji-shift/shifts/twemoji/mammal/1f415.png"), "mammal", ["fruit", "mammal"]);
}
