using System.Text.Json;
using WiseFt.Images;

namespace WiseFt.Tool.Tests.Commands;

/// <summary>`wiseft sweep` and `wiseft report` on a trained model.</summary>
[Collection(nameof(TrainedFixture))]
public sealed class SweepAndReportTests(TrainedFixture trained)
{
    private static readonly string _test = Fixtures.Data("emoji-shift/reference/test"),
    _twemoji = Fixtures.Data("emoji-shift/shifts/twemoji");
    private static readonly string[] _classes = ["arrow", "bird", "boat", "hand", "mammal", "weather"];

    [Fact]
    public async Task Report_OfASavedSweep_PrintsTheSameTableAndWritesTheSamePages()
    {
        string saved = At("report"), again = At("again"), reference = Few(_test, "reference-a"), shift = Few(_twemoji, "shift-a");

        string table = await Run(
            "sweep", "--model", trained.Model, "--reference", reference, "--shift", $"twemoji={shift}", "--alpha", "0,0.5,1", "--output",
            saved, "--reference-name", "Noto");
        string second = await Run(
            "report", "--results", Path.Combine(saved, "results.jsonl"), "--output", again, "--reference-name", "Noto");

        second.Should().Be(table);
        table.Should().Contain("Noto").And.Contain("twemoji").And.NotContain("reference  ");
        Directory.GetFiles(saved).Select(Path.GetFileName).Should().Contain(
            ["results.jsonl", "predictions.jsonl", "report.md", "report.html", "accuracy-under-shift.svg", "accuracy-under-shift.png"]);
        Directory.GetFiles(again).Select(Path.GetFileName).Should().NotContain("results.jsonl").And.Contain("report.html");
        (await Measured(again)).Should().Be(await Measured(saved));
        string[] rows = await File.ReadAllLinesAsync(Path.Combine(saved, "results.jsonl"));
        rows.Should().HaveCount(3).And.OnlyContain(r => r.Contains("\"Noto:top1\":") && r.Contains("\"twemoji:top1\":"));
    }

    /// <summary>What a report says was measured: all but how it came about, which says when the pages were written.</summary>
    private static async Task<string> Measured(string folder)
    {
        string page = await File.ReadAllTextAsync(Path.Combine(folder, "report.md"));
        return page[page.IndexOf("## Accuracy by mixing coefficient", StringComparison.Ordinal)..];
    }

    [Fact]
    public async Task Report_OfResultsWithoutAlphas_IsRefusedWithTheFile()
    {
        string results = At("empty.jsonl");
        await File.WriteAllTextAsync(results, "{\"model\": \"x\"}\n");

        var (exitCode, output, errors) = await ToolProcess.RunAsync(["report", "--results", results, "--output", At("nothing")]);

        exitCode.Should().Be(1);
        errors.Should()
            .Contain("error: ").And.Contain("empty.jsonl").And.Contain("Expected the results of an alpha sweep").And.NotContain("   at ");
        output.Should().BeEmpty();
        Directory.Exists(At("nothing")).Should().BeFalse();
    }

    [Fact]
    public async Task Sweep_OfAListWithGroupsAndOfNumberedFolders_CountsTheSameImagesAsOfFolders()
    {
        string folder = Few(_twemoji, "shift-b"), list = WriteList(folder), numbered = CopyNumbered(folder, out string mapping);

        string json = await Run(
            "sweep", "--model", trained.Model, "--reference", Few(_test, "reference-b"), "--alpha", "0", "--json", "--reference-name",
            "Noto", "--shift", $"folder={folder}",
            "--shift", $"list=csv:{list},path=file,label=y,group=half,where=style=twemoji", "--shift", $"numbered={numbered}", "--mapping",
            $"numbered={mapping}");

        JsonElement row = JsonDocument.Parse(json).RootElement.GetProperty("alphas")[0];
        JsonElement accuracy = row.GetProperty("accuracy"), worst = row.GetProperty("worst_group").GetProperty("list").GetProperty("half");
        accuracy.EnumerateObject().Select(p => p.Name).Should().Equal("Noto", "folder", "list", "numbered");
        double expected = accuracy.GetProperty("folder").GetDouble();
        accuracy.GetProperty("list").GetDouble().Should().Be(expected);
        accuracy.GetProperty("numbered").GetDouble().Should().Be(expected, "the mapping goes by name, whatever the order of the folders");
        worst.GetProperty("accuracy").GetDouble().Should().BeInRange(0, expected);
        worst.GetProperty("group").GetString().Should().BeOneOf("even", "odd");
        worst.GetProperty("count").GetInt32().Should().Be(9);
    }

    [Fact]
    public async Task Train_OnImageNetFolders_IsSweptOverImageNetV2()
    {
        string[] folders = ["bird", "boat", "hand"];
        int[] classes = [100, 2, 30]; // as text 100 comes before 2
        for (int i = 0; i < folders.Length; i++)
        {
            Copy(_test, folders[i], 2, Path.Combine("train", ImageNetClasses.Wnids[classes[i]]));
            Copy(_test, folders[i], 2, Path.Combine("v2", $"{classes[i]}"));
        }

        await Run(
            "train", "--model", Fixtures.Data("starter-clip"), "--train", "imagenet:" + At("train"), "--class-names", "imagenet",
            "--output", At("imagenet"), "--mode", "linear", "--epochs", "40",
            "--lr", "3", "--batch-size", "32", "--no-augmentation", "--templates", "simple");
        string table = await Run(
            "sweep", "--model", At("imagenet"), "--reference", "imagenet:" + At("train"), "--shift", "v2=imagenet-v2:" + At("v2"),
            "--alpha", "1", "--json");

        JsonElement accuracy = JsonDocument.Parse(table).RootElement.GetProperty("alphas")[0].GetProperty("accuracy");
        accuracy.GetProperty("v2").GetDouble().Should().Be(1, "these are the training images, under the names of ImageNet-V2");
        accuracy.GetProperty("reference").GetDouble().Should().Be(1);
    }

    [Fact]
    public async Task Sweep_ShiftWithoutImagesOfAClass_IsRemarked()
    {
        Copy(_test, "bird", 1, "one/bird");

        var (exitCode, _, errors) = await ToolProcess.RunAsync(
            ["sweep", "--model", trained.Model, "--reference", At("one"), "--shift", "one=" + At("one"), "--alpha", "0"]);

        exitCode.Should().Be(0, errors);
        errors.Should().Contain("one: 46 of 47 classes have no image: Asian dish, aircraft, arrow, athlete, boat, …");
    }

    [Theory]
    [InlineData("'wolf'", "--shift", "x=wolves")]
    [InlineData("no such folder", "--shift", "x=nowhere")]
    [InlineData("the folder has no sub-folder", "--shift", "x=empty")]
    [InlineData("not named as ImageNet's ('Asian dish', 'aircraft', 'arrow', …)", "--shift", "x=imagenet-r:fish")]
    [InlineData("not named as ImageNet's", "--reference", "imagenet:fish")]
    [InlineData("test_batch.bin not found", "--shift", "x=cifar10:fish")]
    public async Task Sweep_OverDataThatDoesNotFit_NamesIt(string expected, string option, string value)
    {
        Copy(_test, "bird", 1, "wolves/wolf");
        Copy(_test, "bird", 1, "fish/n01443537");
        Directory.CreateDirectory(At("empty"));
        int start = value.LastIndexOfAny(['=', ':']) + 1;
        string[] reference = option == "--reference" ? [] : ["--reference", _test];

        var (exitCode, output, errors) = await ToolProcess.RunAsync(
            ["sweep", "--model", trained.Model, .. reference, option, value[..start] + At(value[start..]), "--alpha", "0",
                "--output", At("failed/report")]);

        exitCode.Should().Be(1, errors);
        errors.Should().Contain("error: ").And.Contain(expected).And.NotContain("   at ").And.NotContain("(Parameter");
        output.Should().BeEmpty();
        Directory.Exists(At("failed")).Should().BeFalse("a sweep that fails leaves no folder behind");
    }

    private string At(string name) => Path.Combine(trained.Folder, name);

    private static async Task<string> Run(params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().Be(0, errors);
        return output;
    }

    /// <summary>A data set of six classes with three images each.</summary>
    private string Few(string source, string name)
    {
        foreach (string c in _classes) Copy(source, c, 3, Path.Combine(name, c));
        return At(name);
    }

    /// <summary>Copies images of a class into a folder.</summary>
    private void Copy(string source, string className, int count, string folder)
    {
        Directory.CreateDirectory(At(folder));
        foreach (string file in Directory.GetFiles(Path.Combine(source, className)).Order(StringComparer.Ordinal).Take(count))
            File.Copy(file, Path.Combine(At(folder), Path.GetFileName(file)), overwrite: true);
    }

    /// <summary>A list of a folder's images, and of another that does not count.</summary>
    private string WriteList(string folder)
    {
        string[] files = [.. Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        IEnumerable<string> rows = files.Select((f, i) =>
            $"\"{f}\",{Path.GetFileName(Path.GetDirectoryName(f))},{(i % 2 == 0 ? "even" : "odd")},twemoji");
        File.WriteAllLines(At("list.csv"), [.. rows.Prepend("file,y,half,style"), $"\"{files[0]}\",zodiac sign,even,other"]);
        return At("list.csv");
    }

    /// <summary>A folder's images in folders named by number, descending, and a mapping that says which class is which.</summary>
    private string CopyNumbered(string folder, out string mapping)
    {
        for (int i = 0; i < _classes.Length; i++) Copy(folder, _classes[i], 3, Path.Combine("numbered", $"{10 * (_classes.Length - i)}"));
        mapping = At("numbers.json");
        string[] others = [.. Directory.GetDirectories(_test).Select(f => Path.GetFileName(f)).Except(_classes)];
        File.WriteAllText(mapping, JsonSerializer.Serialize(new
        {
            name = "numbers",
            classes = _classes.Select((name, i) => new { name = $"{10 * (_classes.Length - i)}", reference = new[] { name } })
                .Concat(others.Select(name => new { name, reference = new[] { name } })),
        }));
        return At("numbered");
    }
}
