namespace WiseFt.Tests;

/// <summary>Paths in a recipe's file are seen from its folder.</summary>
public sealed class MergeRecipePathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_OfRelativePaths_MakesThemFullFromTheRecipesFolder()
    {
        _folder.Write("recipes/fisher.yaml", """
            merge_method: fisher
            base_model: ../zero-shot
            models:
              - model: a.safetensors
                parameters: {fisher: a-fisher.safetensors}
              - model: /models/b
                parameters: {data: "csv:lists/b.csv,path=file,label=class"}
            parameters: {data: "folder:images, all"}
            evaluate:
              reference: imagenet-v2:../imagenet
              validation: held-out
              shifts: [sketch=data/sketch, "cifar10.1:data/cifar,version=v4", ./odd:name]
            recalibrate: ../train
            """);

        MergeRecipe recipe = MergeRecipe.Load(_folder.At("recipes", "fisher.yaml"));

        recipe.BaseModel.Should().Be(_folder.At("zero-shot"));
        recipe.Models.Select(m => m.Model).Should().Equal(At("a.safetensors"), Path.GetFullPath("/models/b"));
        recipe.Models[0].Parameters.Fisher.Should().Be(At("a-fisher.safetensors"));
        recipe.Models[1].Parameters.Data.Should().Be($"csv:{At("lists", "b.csv")},path=file,label=class");
        recipe.Parameters.Data.Should().Be("folder:" + At("images, all"));
        recipe.Evaluate.Should().Be(new MergeEvaluation
        {
            Reference = "imagenet-v2:" + _folder.At("imagenet"),
            Validation = At("held-out"),
            Shifts =
            [
                new("sketch", At("data", "sketch")), new("cifar", $"cifar10.1:{At("data", "cifar")},version=v4"),
                new("odd:name", At("odd:name")),
            ],
        });
        recipe.Recalibrate.Should().Be(_folder.At("train"));
    }

    [Fact]
    public void Load_OfANameOnTheHub_LeavesItUnlessAFolderIsThere()
    {
        _folder.Write("merge.json", """
            {"merge_method": "linear", "models": [{"model": "openai/clip-vit-base-patch32"}, {"model": "ours/clip"}, {"model": "./x/y"}]}
            """).Write("ours/clip/config.json", "{}");

        MergeRecipe.Load(_folder.At("merge.json")).Models.Select(m => m.Model).Should()
            .Equal("openai/clip-vit-base-patch32", _folder.At("ours", "clip"), _folder.At("x", "y"));
    }

    [Fact]
    public void Load_OfABaseInAnotherSpelling_CountsItAsTheBase()
    {
        _folder.Write("merge.yaml", "merge_method: slerp\nbase_model: ./a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}");

        MergeRecipe.Load(_folder.At("merge.yaml")).Merged.Select(m => m.Model).Should().Equal(_folder.At("b"));
    }

    [Theory]
    [InlineData("merge.yml", "merge_method: linear\nmodels: [{model: /a}]")]
    [InlineData("merge.yaml", "{merge_method: linear, models: [{model: /a}]}")]
    [InlineData("merge.JSON", "\uFEFF{\"merge_method\": \"linear\", \"models\": [{\"model\": \"/a\"}]}")]
    [InlineData("merge.txt", " {\"merge_method\": \"linear\",\t\"models\": [{\"model\": \"/a\"}]}")]
    [InlineData("merge", "merge_method: linear\nmodels:\n- model: /a\n")]
    public void Load_OfEitherSyntax_GoesByTheEndingOrTheFirstLetter(string name, string text) =>
        MergeRecipe.Load(_folder.Write(name, text).At(name)).Models.Should().Equal(new MergeIngredient(Path.GetFullPath("/a")));

    private string At(params ReadOnlySpan<string> names) => Path.Combine([_folder.At("recipes"), .. names]);
}
