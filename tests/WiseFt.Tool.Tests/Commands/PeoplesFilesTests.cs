using System.Text;
using System.Text.Json;

namespace WiseFt.Tool.Tests;

/// <summary>Folders and texts as people have them: right, or refused, and never in silence.</summary>
[Collection(nameof(TrainedFixture))]
public sealed class PeoplesFilesTests(TrainedFixture trained) : IDisposable
{
    private static readonly string _clip = Fixtures.Data("starter-clip"), _endings = Fixtures.Path("cases/f-ext");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ZeroShot_ManyEndings_CountsWhatIsLeftOut()
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(["zeroshot", .. Simple(_endings), "--json"]);

        exitCode.Should().Be(0, errors);
        JsonElement document = JsonDocument.Parse(output).RootElement;
        document.GetProperty("count").GetInt32().Should().Be(11);
        JsonElement leftOut = document.GetProperty("left_out").GetProperty("data");
        leftOut.GetProperty("count").GetInt32().Should().Be(5);
        leftOut.GetProperty("files").EnumerateArray().Select(f => Path.GetFileName(f.GetString()))
            .Should().BeEquivalentTo("x.ppm", "x.tif", "x.tiff", "y.avif", "z.heic");
        leftOut.GetProperty("kinds").GetProperty("TIFF image").GetInt32().Should().Be(2);
        errors.Should().Contain("left out 5 files").And.Contain("2 TIFF image").And.Contain("z.heic");
    }

    [Fact]
    public async Task Predict_FolderWithOtherFormats_HasARowForEach()
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(["predict", "--model", trained.Model, _endings, "--json"]);

        exitCode.Should().Be(0, errors);
        JsonElement[] rows = [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
        rows.Count(r => r.GetProperty("predictions").GetArrayLength() > 0).Should().Be(11);
        rows.Where(r => r.TryGetProperty("left_out", out _)).Select(r => Path.GetFileName(r.GetProperty("path").GetString()))
            .Should().BeEquivalentTo("x.ppm", "x.tif", "x.tiff", "y.avif", "z.heic");
        errors.Should().Contain("left out 5 files");
    }

    [Fact]
    public async Task Sweep_OtherSpellingOfAName_AndAnImageInTwoClasses_AreOneClassAndSaid()
    {
        string[] images = Directory.GetFiles(Fixtures.Data("emoji-shift/reference/train/mammal"));
        foreach (string name in (string[])["train/caf\u00e9", "train/bird", "test/cafe\u0301", "test/bird"])
        {
            Directory.CreateDirectory(_folder.At(name));
            File.Copy(images[0], _folder.At(name, "1.png"));
            File.Copy(images[name.EndsWith("bird", StringComparison.Ordinal) ? 1 : 2], _folder.At(name, "2.png"));
        }
        var (trainCode, _, trainErrors) = await ToolProcess.RunAsync(
            [
                "train", "--model", _clip, "--train", _folder.At("train"), "--output", _folder.At("out"), "--epochs", "1", "--templates",
                "simple", "--mode", "linear",
            ]);
        trainCode.Should().Be(0, trainErrors);
        trainErrors.Should().Contain("--train: ").And.Contain("there under several classes").And.Contain("as 'bird', 'caf\u00e9'");

        var (exitCode, output, errors) = await ToolProcess.RunAsync(
            [
                "sweep", "--model", _folder.At("out"), "--reference", _folder.At("train"), "--shift", "test=" + _folder.At("test"),
                "--alpha", "0,1", "--json",
            ]);
        exitCode.Should().Be(0, errors);
        JsonElement row = JsonDocument.Parse(output).RootElement.GetProperty("alphas")[0].GetProperty("accuracy");
        row.GetProperty("test").GetDouble().Should().Be(row.GetProperty("reference").GetDouble());
        JsonDocument.Parse(output).RootElement.GetProperty("left_out").EnumerateObject().Should().BeEmpty();
    }

    [Fact]
    public async Task Texts_NotUtf8_AreRefusedWithFileAndLine()
    {
        string texts = Fixtures.Path("cases/latin1-texts/latin1.txt"), names = Fixtures.Path("cases/latin1-texts/names-latin1.txt");
        string[][] uses =
        [
            ["embed", "--model", _clip, "--texts", texts, "--output", _folder.At("f.safetensors")],
            ["zeroshot", .. Simple(_endings), "--class-names", names],
            ["zeroshot", "--model", _clip, "--data", _endings, "--templates", texts],
        ];
        foreach (string[] use in uses)
        {
            var (exitCode, output, errors) = await ToolProcess.RunAsync(use);
            exitCode.Should().Be(1, errors);
            output.Should().BeEmpty();
            errors.Should().Contain("latin1.txt: the text is not UTF-8 in line 1");
        }
        File.Exists(_folder.At("f.safetensors")).Should().BeFalse();
        var (code, _, error) = await ToolProcess.RunAsync(
            ["embed", "--model", _clip, "--texts", Utf16(), "--output", _folder.At("f.safetensors")]);
        code.Should().Be(1);
        error.Should().Contain("the text is UTF-16");
    }

    [Fact]
    public async Task Predict_NamedPipe_IsRefusedAtOnce()
    {
        if (!NamedPipe.Exists) return;
        string pipe = NamedPipe.Make(_folder.At("camera.jpg"));
        foreach (string[] use in (string[][])
            [
                ["predict", "--model", trained.Model, pipe],
                ["embed", "--model", _clip, "--texts", pipe, "--output", _folder.At("f.safetensors")],
                ["zeroshot", "--model", pipe, "--data", _endings],
            ])
        {
            var (exitCode, _, errors) = await ToolProcess.RunAsync(use);
            exitCode.Should().Be(1, errors);
            errors.Should().Contain("named pipe (FIFO)");
        }
    }

    [Fact]
    public void ClassNames_WithUnderscores_AreSaid_AndWrittenAsSpacesOnRequest()
    {
        SharedOptions.ReadClassNames("spaces", ["sea_lion", "dog"]).Should().Equal("sea lion", "dog");
        using var errors = new StringWriter();
        TextWriter before = Console.Error;
        Console.SetError(errors);
        try
        {
            SharedOptions.ReadClassNames(null, ["sea_lion", "dog"]).Should().BeNull("the names stay as they are");
        }
        finally { Console.SetError(before); }
        errors.ToString().Should().Contain("1 of 2 class names have underscores").And.Contain("'sea_lion'")
            .And.Contain("--class-names spaces");
    }

    private static string[] Simple(string images) => ["--model", _clip, "--data", images, "--templates", "simple"];

    private string Utf16()
    {
        string path = _folder.At("utf16.txt");
        File.WriteAllText(path, "a caf\u00e9\n", Encoding.Unicode);
        return path;
    }
}
