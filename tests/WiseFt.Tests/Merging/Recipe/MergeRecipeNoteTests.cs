namespace WiseFt.Tests;

/// <summary>What is no fault and yet not followed is said.</summary>
public sealed class MergeRecipeNoteTests
{
    [Theory]
    [InlineData(
        "tokenizer_source: union",
        "recipe, line 5, column 1: 'tokenizer_source' is ignored: the vocabulary is the base's, or the first model's.")]
    [InlineData(
        "tokenizer: {source: base}",
        "recipe, line 5, column 1: 'tokenizer' is ignored: the vocabulary is the base's, or the first model's.")]
    [InlineData("chat_template: auto", "recipe, line 5, column 1: 'chat_template' is ignored: CLIP models have no chats.")]
    [InlineData("name: soup", "recipe, line 5, column 1: 'name' is ignored: the outcome is called what --output says.")]
    [InlineData(
        "parameters: {int8_mask: true, t: 0}",
        "recipe, line 5, column 14: 'int8_mask' is ignored: masks take no memory worth saving here.")]
    [InlineData("parameters: {density: 0.5, t: 0}", "recipe, line 5, column 23: 'density' is not read by slerp, which reads t.")]
    public void Notes_OfAKeyThatIsNotFollowed_NameItAndItsPlace(string line, string note)
    {
        string parameters = line.StartsWith("parameters", StringComparison.Ordinal) ? "" : "\nparameters: {t: 0.5}";
        MergeRecipe.Parse($"merge_method: slerp\nbase_model: a\nmodels:\n- {{model: b}}\n{line}{parameters}").Notes.Should().Equal(note);
    }

    [Fact]
    public void Notes_OfTheParametersOfOneModel_SayWhereTheyBelong() => MergeRecipe.Parse("""
        merge_method: ties
        base_model: z
        models:
        - {model: z, parameters: {weight: 1}}
        - {model: a, parameters: {lambda: 2, gamma: 0.1}}
        """).Notes.Should().BeEquivalentTo(
            "recipe, line 5, column 35: 'lambda' is not read for one model; it belongs under the recipe's own parameters. For each model " +
            "are read weight, density.",
            "recipe, line 5, column 45: 'gamma' is not read by ties, which reads weight, density, lambda, normalize, trim.");

    [Fact]
    public void Notes_OfAFileThatIsOneModels_SayWhereItBelongs() => MergeRecipe.Parse(
        "merge_method: fisher\nmodels: [{model: a}]\nparameters: {data: d, fisher: f}").Notes
        .Should().Equal("recipe, line 3, column 31: 'fisher' is not read for all models; it belongs under each model's parameters.");

    [Fact]
    public void Notes_OfARecipe_AreNoPartOfItsEquality()
    {
        const string recipe = "merge_method: linear\nmodels: [{model: a}]\n";
        MergeRecipe noted = MergeRecipe.Parse(recipe + "name: x");

        noted.Notes.Should().ContainSingle();
        noted.Should().Be(MergeRecipe.Parse(recipe));
        noted.ToJson().Should().NotContain("name");
    }

    [Fact]
    public void Notes_OfTheKeyThatEditorsRead_AreNone() => MergeRecipe.Parse(
        """{"$schema": "merge-recipe.schema.json", "merge_method": "linear", "models": [{"model": "a"}]}""").Notes.Should().BeEmpty();
}
