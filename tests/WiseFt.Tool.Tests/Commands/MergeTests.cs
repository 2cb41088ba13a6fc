using System.Text.Json;

namespace WiseFt.Tool.Tests;

[Collection(nameof(TrainedFixture))]
public sealed class MergeTests(TrainedFixture trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Merge_TaskArithmeticAtAHalf_IsTheMixtureOfMix()
    {
        string recipe = Recipe("merge_method: task_arithmetic", "parameters: {lambda: 0.5}");
        var (exitCode, output, error) = await ToolProcess.RunAsync(["merge", recipe, "--output", _folder.At("m.safetensors")]);
        exitCode.Should().Be(0, error);
        output.Should().Contain("Wrote").And.Contain("parameters");
        using ImageClassifier merged = ImageClassifier.Load(_folder.At("m.safetensors")),
            mixture = ImageClassifier.Load(Path.Combine(trained.Model, "wiseft.safetensors"));
        merged.ClassNames.Should().Equal(mixture.ClassNames);
        foreach (var (name, tensor) in mixture.Weights)
            WiseFt.WeightSpace.AreEqual(merged.Weights[name], tensor).Should().BeTrue(name);
    }

    [Fact]
    public async Task Merge_DryRun_ShowsEachGroupAndWritesNothing()
    {
        string recipe = Recipe("merge_method: lines", "parameters: {alpha: 0.25}", "head: keep");
        var (exitCode, output, error) = await ToolProcess.RunAsync(["merge", recipe, "--dry-run"]);
        exitCode.Should().Be(0, error);
        output.Should().Contain("resblocks 0").And.Contain("0.25").And.Contain("kept").And.Contain("cosine");

        (exitCode, output, error) = await ToolProcess.RunAsync(["merge", recipe, "--dry-run", "--json"]);
        exitCode.Should().Be(0, error);
        JsonElement[] groups = [.. JsonDocument.Parse(output).RootElement.GetProperty("groups").EnumerateArray()];
        JsonElement last = groups.Single(g => g.GetProperty("name").GetString()!.EndsWith("resblocks 4", StringComparison.Ordinal));
        last.GetProperty("coefficients")[0][1].GetDouble().Should().Be(1);
        groups.Single(g => g.GetProperty("kept").GetBoolean()).GetProperty("name").GetString().Should().Be("classification_head");
        Directory.GetFiles(_folder.Path).Should().ContainSingle("only the recipe is there");
    }

    [Fact]
    public async Task Merge_WithSearchAndReport_ChoosesAlphaAndComparesMethods()
    {
        string evaluate =
            $"evaluate: {{reference: {Fixtures.Data("emoji-shift/reference/test")}, " +
            $"shifts: {{twemoji: {Fixtures.Data("emoji-shift/shifts/twemoji")}}}}}";
        string other = Recipe("merge_method: slerp", "parameters: {t: 1}", "search: {alpha: \"0:1:0.5\"}", evaluate);
        var (exitCode, output, error) = await ToolProcess.RunAsync(
            ["merge", other, "--output", _folder.At("s.safetensors"), "--report", _folder.At("slerp"), "--json"]);
        exitCode.Should().Be(0, error);
        JsonElement document = JsonDocument.Parse(output).RootElement;
        double alpha = document.GetProperty("alpha").GetDouble();
        JsonElement[] rows = [.. document.GetProperty("alphas").EnumerateArray()];
        rows.Should().HaveCount(3);
        Accuracy(rows.Single(r => r.GetProperty("alpha").GetDouble() == alpha)).Should().Be(rows.Max(Accuracy));

        string recipe = Recipe("merge_method: task_arithmetic", "search: {alpha: [0, 0.5, 1]}", evaluate);
        (exitCode, output, error) = await ToolProcess.RunAsync(
            [
                "merge", recipe, "--output", _folder.At("t.safetensors"), "--report", _folder.At("task"),
                "--compare", $"slerp={_folder.At("slerp")}",
            ]);
        exitCode.Should().Be(0, error);
        output.Should().Contain("alpha");
        string page = File.ReadAllText(_folder.At("task/report.md"));
        page.Should().Contain("Methods side by side").And.Contain("slerp, best alpha").And.Contain(@"task\_arithmetic, best alpha");

        static double Accuracy(JsonElement row) => row.GetProperty("accuracy").GetProperty("reference").GetDouble();
    }

    [Fact]
    public async Task Merge_OfAMisspeltKey_SaysWhereAndWhatWasMeant()
    {
        string recipe = Recipe("merge_method: task_arithmetic", "parameters: {lamda: 0.5}");
        var (exitCode, _, error) = await ToolProcess.RunAsync(["merge", recipe, "--output", _folder.At("m.safetensors")]);
        exitCode.Should().NotBe(0);
        error.Should().Contain("line 4").And.Contain("'lamda'").And.Contain("lambda");
    }

    [Fact]
    public async Task Merge_WithoutOutput_SaysWhatIsExpected()
    {
        var (exitCode, _, error) = await ToolProcess.RunAsync(["merge", Recipe("merge_method: task_arithmetic")]);
        exitCode.Should().Be(ToolCommand.BadUsage);
        error.Should().Contain("--output").And.Contain("--dry-run");
    }

    /// <summary>A recipe on the trained model's end points, with further lines.</summary>
    private string Recipe(string method, params string[] lines)
    {
        string name = $"{Guid.NewGuid():N}.yaml";
        _folder.Write(name, string.Join('\n', [
            method, $"base_model: {trained.Model}/zeroshot.safetensors",
            $"models: [{{model: {trained.Model}/finetuned.safetensors}}]", .. lines]));
        return _folder.At(name);
    }
}
