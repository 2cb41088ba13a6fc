using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace WiseFt.Tool.Tests;

public sealed class NewCommandTests : IDisposable
{
    private static readonly string[] _classes = ["arrow", "fruit", "mammal", "weather"];
    private readonly TemporaryFolder _folder = new();

    public NewCommandTests()
    {
        Solution = _folder.At("out");
        foreach (string name in _classes)
        {
            string target = Directory.CreateDirectory(Path.Combine(Data, name)).FullName;
            foreach (string file in Directory.GetFiles(Fixtures.Data("emoji-shift/reference/train/" + name))
                .Order(StringComparer.Ordinal).Take(6))
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    private string Data => _folder.At("data");

    private string Solution { get; set; }

    [Fact]
    public async Task New_OfANameThatIsAKeyword_BuildsWithoutWarningAndRunsWhereItIsMoved()
    {
        await File.WriteAllTextAsync(
            _folder.At("Directory.Build.props"), "<Project><PropertyGroup><AnalysisMode>All</AnalysisMode></PropertyGroup></Project>");
        var (exitCode, output, error) = await New("class");
        exitCode.Should().Be(0, error);
        output.Should().Contain("validation").And.Contain("class_Console");
        Config("class").GetProperty("RunHistory").GetProperty("Trials")[0].GetProperty("TrainerName").GetString().Should().Be("WiseFt");
        Config("class").GetProperty("DataSource").GetProperty("FolderPath").GetString().Should().Be("../../data");
        (await File.ReadAllTextAsync(Path.Combine(Solution, "README.md"))).Should().Contain("95 % interval").And.Contain("on 4 images");

        string away = Path.Combine(Directory.CreateDirectory(_folder.At("moved/far")).FullName, "renamed");
        Directory.Move(Solution, away);
        Solution = away;
        (await Dotnet("build", "-c", "Release", "-nodeReuse:false", "-p:UseSharedCompilation=false", Path.Combine(Solution, "class.slnx")))
            .Should().Contain("0 Warning(s)");
        File.Exists(Path.Combine(Solution, "class_WebApi", "bin", "Release", "net10.0", "class.mlnet"))
            .Should().BeTrue("the service serves it");

        string image = Directory.GetFiles(Path.Combine(Data, "fruit"))[0];
        (await Scores(image)).Should().Be(image);
        (await Scores()).Should().EndWith("sample.png");
        (await Program("--evaluate", Data, Fixtures.Data("emoji-shift/shifts/twemoji"))).Should().Contain("twemoji");
        (await Answer(image)).Should().StartWith("{\"predictedLabel\":");
        await ErrorsAreOneLine();
        await TrainsAgainWithImagesThatMovedAlong();
    }

    private async Task<string> Scores(params string[] arguments)
    {
        string[] lines = (await Program(arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        double[] percent = [.. lines[1..].Select(l => double.Parse(l.Split('%')[0], CultureInfo.InvariantCulture))];
        percent.Should().HaveCount(4).And.BeInDescendingOrder();
        percent.Sum().Should().BeApproximately(100, 0.3);
        lines[1..].Select(l => l.Split('%')[1].Trim()).Should().BeEquivalentTo(_classes);
        return lines[0];
    }

    private async Task ErrorsAreOneLine()
    {
        string text = Path.Combine(Solution, "README.md");
        await Fails(1, "There is no file missing.png; expected an image.", "missing.png");
        await Fails(1, "is a folder; expected an image", Data);
        await Fails(1, "README.md: *found text*expected a PNG", text);
        await Fails(1, "There is no folder missing", "--evaluate", "missing");
        await Fails(1, "There is no folder *data; expected one sub-folder of images a class", "--train", _folder.At("never.mlnet"));
        await Fails(2, "Expected IMAGE …, --evaluate", "--train");
        await Fails(2, "Expected IMAGE …, --evaluate", "--bogus");
    }

    private async Task Fails(int expected, string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await Run([Assembly("class_Console"), .. arguments]);
        errors.Trim().Should().Match($"*{message}*").And.NotContain("\n").And.NotContain("Exception");
        exitCode.Should().Be(expected);
    }

    private async Task TrainsAgainWithImagesThatMovedAlong()
    {
        Directory.Move(Data, _folder.At("moved/far/data"));
        string retrained = _folder.At("new/again.mlnet");
        var (exitCode, _, errors) = await Run([Assembly("class_Console"), "--train", retrained]);
        exitCode.Should().Be(0, errors);
        errors.Should().Contain("Training: step 2 of 2, loss ");
        new FileInfo(retrained).Length.Should().BeGreaterThan(1_000_000);
    }

    [Theory, InlineData("a/b"), InlineData(" x"), InlineData("x."), InlineData("a;b"), InlineData("$(x)")]
    public async Task New_OfANameThatNoFileOrProjectMayHave_IsRefused(string name)
    {
        var (exitCode, _, error) = await New(name);

        exitCode.Should().Be(2);
        error.Should().Contain($"--name is '{name}'");
    }

    [Fact]
    public async Task New_IntoAFolderThatHoldsSomething_TouchesNothing()
    {
        Directory.CreateDirectory(Solution);
        await File.WriteAllTextAsync(Path.Combine(Solution, "mine.txt"), "mine");

        var (exitCode, _, error) = await New("Pets");

        exitCode.Should().Be(1);
        error.Should().Contain("holds something already");
        Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("data", "out");
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int ExitCode, string Output, string Errors)> New(string name) => ToolProcess.RunAsync(
        ["new", "--dataset", Data, "--name", name, "--output", Solution, "--epochs", "1", "--mode", "linear", "--alpha", "0.25",
         // the tests' tool runs from a checkout, to which the projects then refer
         "--templates", Fixtures.Data("emoji-shift/templates.txt")]);

    private JsonElement Config(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Solution, name + "_Model", name + ".mbconfig"))).RootElement;

    private Task<string> Program(params string[] arguments) => Dotnet([Assembly("class_Console"), .. arguments]);

    private string Assembly(string project) => Path.Combine(Solution, project, "bin", "Release", "net10.0", project + ".dll");

    /// <summary>What the web service answers to an image in a form.</summary>
    private async Task<string> Answer(string image)
    {
        const string Address = "Now listening on: ";
        using Process service = Process.Start(new ProcessStartInfo("dotnet", [Assembly("class_WebApi"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.Path,
        })!;
        try
        {
            string? line;
            do line = await service.StandardOutput.ReadLineAsync();
            while (line?.Contains(Address, StringComparison.Ordinal) == false);
            line.Should().NotBeNull("the service starts");
            using var client = new HttpClient { BaseAddress = new Uri(line!.Split(Address)[1]) };
            (await client.GetStringAsync("/")).Should().Contain("<title>class</title>").And.Contain("Choose a picture");
            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(await File.ReadAllBytesAsync(image)), "image", "image.png" }
            };
            using HttpResponseMessage response = await client.PostAsync("/predict", form);
            return await response.Content.ReadAsStringAsync();
        }
        finally
        {
            service.Kill(entireProcessTree: true);
        }
    }

    private async Task<string> Dotnet(params string[] arguments)
    {
        var (exitCode, output, errors) = await Run(arguments);
        exitCode.Should().Be(0, output + errors);
        return output;
    }

    private async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        using ToolProcess process = ToolProcess.StartDotnet(_folder.Path, arguments);
        return await process.EndAsync();
    }
}
