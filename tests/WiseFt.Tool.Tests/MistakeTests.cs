namespace WiseFt.Tool.Tests;

/// <summary>What people type by mistake gets the right hint.</summary>
public sealed class MistakeTests : IDisposable
{
    private static readonly string _clip = Fixtures.Data("starter-clip"), _images = Fixtures.Data("emoji-shift/reference/train");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("swep", "sweep")]
    [InlineData("zero-shot", "zeroshot")]
    [InlineData("setalpha", "set-alpha")]
    [InlineData("Train", "train")]
    public async Task Verb_Misspelt_IsGuessed(string word, string meant) => await Refuses($"Did you mean {meant}?", word);

    [Theory]
    [InlineData("--aplha", "--alpha")]
    [InlineData("--modle", "--model")]
    [InlineData("--jsn", "--json")]
    public async Task Flag_OfPredict_IsNotTakenForAnImage(string flag, string meant) =>
        await Refuses($"'{flag}' is no flag of predict. Did you mean {meant}?", "predict", flag, "1", "cat.png");

    [Fact]
    public async Task Flag_Misspelt_IsGuessed() =>
        await Refuses(
            "Did you mean --epochs?", "train", "--model", _clip, "--data", _images, "--output", _folder.At("out"), "--epoch", "3");

    [Fact]
    public async Task Arguments_ThatAreSwapped_AreSaidToBe()
    {
        await Refuses("is a folder of images; expected a model. Are two arguments swapped?",
            "train", "--model", _images, "--data", _images, "--output", _folder.At("out"));
        await Refuses("which holds a model; expected a folder with one sub-folder of images a class. Are two arguments swapped?",
            "train", "--model", _clip, "--data", _clip, "--output", _folder.At("out"));
    }

    [Fact]
    public async Task List_AsImages_SaysHowListsAreNamed()
    {
        string list = _folder.At("list.csv");
        File.WriteAllText(list, "path,label\n");
        await Refuses($"expected csv:{list},path=COLUMN,label=COLUMN", "zeroshot", "--model", _clip, "--data", list);
    }

    [Fact]
    public async Task Report_AsAModelOrImages_IsNamed()
    {
        File.WriteAllText(_folder.At("results.jsonl"), "");
        await Refuses("holds a report", "predict", "--model", _folder.Path, Directory.GetFiles(Path.Combine(_images, "bird"))[0]);
        await Refuses("holds a report", "zeroshot", "--model", _clip, "--data", _folder.Path);
    }

    [Theory]
    [InlineData]
    [InlineData("help")]
    [InlineData("help", "mix")]
    public async Task Help_AskedForInAnyWay_IsPrinted(params string[] words)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(words);
        (exitCode, errors).Should().Be((0, ""));
        output.Should().Contain("Usage:").And.Contain(words.Length > 1 ? "--zero-shot" : "set-alpha");
    }

    [Fact]
    public async Task Examples_OfEveryVerb_NameModelsThatExist()
    {
        foreach (string verb in new[] { "train", "zeroshot", "predict", "embed", "tokenize", "doctor", "new" })
            (await ToolProcess.RunAsync([verb, "--help"])).Output.Should().Contain("openai/clip-vit-base-patch32");
    }

    private static async Task Refuses(string expected, params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync(arguments);
        exitCode.Should().BeOneOf([1, 2], errors);
        errors.Should().Contain(expected);
        output.Should().BeEmpty();
    }
}
