using System.Text.Json;
using Json.Schema;
using WiseFt.Merging;

namespace WiseFt.Tests;

/// <summary>The schema that editors read is that of the reader.</summary>
public sealed class MergeRecipeSchemaTests
{
    private const string Write = "WISEFT_WRITE_DOCS";

    private static readonly string _committed = Path.Combine(Fixtures.RepositoryRoot, "docs", "merge-recipe.schema.json");

    private static readonly JsonSchema _schema = JsonSchema.FromText(MergeRecipeSchema.Text());

    public static TheoryData<string> Examples => [.. Directory.GetFiles(MergeRecipeExampleTests.PathOf(""), "*.json")
        .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Document_OfTheSchema_IsWhatTheReaderSays()
    {
        if (Environment.GetEnvironmentVariable(Write) == "1") File.WriteAllText(_committed, MergeRecipeSchema.Text());
        File.ReadAllText(_committed).ReplaceLineEndings("\n").Should().Be(MergeRecipeSchema.Text(), $"{Write}=1 writes it anew");
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Schema_OfAnExample_IsMet(string file) => IsMet(File.ReadAllText(MergeRecipeExampleTests.PathOf(file))).Should().BeTrue();

    [Theory]
    [InlineData("""{"models": [{"model": "a"}]}""")]
    [InlineData("""{"merge_method": "linear", "models": []}""")]
    [InlineData("""{"merge_method": "liner", "models": [{"model": "a"}]}""")]
    [InlineData("""{"merge_method": "ties", "models": [{"model": "a"}]}""")]
    [InlineData("""{"merge_method": "linear", "models": [{"model": "a", "paramters": {}}]}""")]
    [InlineData("""{"merge_method": "linear", "models": [{"model": "a"}], "parameters": {"density": 2}}""")]
    [InlineData("""{"merge_method": "linear", "models": [{"model": "a"}], "parameters": {"energy": 0}}""")]
    [InlineData("""{"merge_method": "linear", "models": [{"model": "a"}], "parameters": {"weight": [{"filter": "mlp"}]}}""")]
    [InlineData("""{"merge_method": "linear", "models": [{"model": "a"}], "parameters": {"normalize": 1}}""")]
    [InlineData("""{"merge_method": "linear", "models": [{"model": " "}]}""")]
    [InlineData("""{"merge_method": "linear", "models": [{"model": "a"}], "slices": []}""")]
    public void Schema_OfAFaultThatItCanSay_IsNotMet(string json)
    {
        IsMet(json).Should().BeFalse();
        FluentActions.Invoking(() => MergeRecipe.Parse(json)).Should().Throw<MergeRecipeException>();
    }

    [Fact]
    public void Schema_OfWhatIsWritten_IsMet() => IsMet(new MergeRecipe
    {
        Method = MergeMethod.Lines,
        BaseModel = "z",
        Models = [new("a") { Parameters = new() { Weight = MergeValue.ByName(new MergeValueRule(null, MergeValue.OverDepth(0, 1))) } }],
        Parameters = new() { Alpha = -2, Seed = -1 },
        Search = new() { Alphas = [0.5] },
    }.ToJson()).Should().BeTrue();

    private static bool IsMet(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return _schema.Evaluate(document.RootElement).IsValid;
    }
}
