namespace WiseFt.Tests;

/// <summary>What is wrong in a recipe is said with its place, what was found and what was meant.</summary>
public sealed class MergeRecipeFaultTests
{
    private const string Ties = """
        merge_method: ties
        base_model: zero-shot
        models:
          - model: cars
            parameters:
              weight: 0.5
              density: 0.2
          - model: digits
        parameters:
          lambda: 0.4
          normalize: true
        head: keep
        dtype: float16
        search: {alpha: [0, 0.5, 1], choose: validation}
        evaluate:
          reference: data/test
          shifts: {sketch: data/sketch}

        """;

    // from, to, line, column, text
    public static TheoryData<string, string, int, int, string> OneFault => new()
    {
        {
            "base_model", "base_modle", 2, 1,
            "'base_modle' is unknown here. Did you mean 'base_model'? Known: merge_method, base_model, models,"
        },
        { "- model: digits", "- modle: digits", 8, 5, "'modle' is unknown here. Did you mean 'model'? Known: model, parameters." },
        { "density: 0.2", "densty: 0.2", 7, 7, "'densty' is unknown here. Did you mean 'density'?" },
        { "lambda: 0.4", "lamda: 0.4", 10, 3, "'lamda' is unknown here. Did you mean 'lambda'?" },
        { "choose: v", "chose: v", 14, 30, "'chose' is unknown here. Did you mean 'choose'? Known: alpha, choose." },
        { "reference: data", "refrence: data", 16, 3, "Did you mean 'reference'? Known: reference, validation, shifts." },
        { "method: ties", "method: tise", 1, 15, "merge_method is the text 'tise'. Did you mean 'ties'? Known: linear, uniform_soup," },
        { "method: ties", "method: tie", 1, 15, "Did you mean 'ties'?" },
        { "head: keep", "head: keeep", 12, 7, "head is the text 'keeep'. Did you mean 'keep'? Known: merge, keep, zero-shot." },
        { "dtype: float16", "dtype: fp16", 13, 8, "dtype is the text 'fp16'. Known: float32, float16, bfloat16." },
        { "dtype: float16", "dtype: float61", 13, 8, "Did you mean 'float16'?" },
        { "weight: 0.5", "weight: half", 6, 15, "weight is the text 'half'; expected a finite number." },
        { "weight: 0.5", "weight: '0.5'", 6, 15, "weight is the text '0.5'; expected a finite number." },
        { "weight: 0.5", "weight: true", 6, 15, "weight is true; expected a finite number." },
        { "weight: 0.5", "weight:", 6, 14, "weight is without a value; expected a finite number." },
        { "weight: 0.5", "weight: .nan", 6, 15, "weight is .nan; expected a finite number." },
        { "weight: 0.5", "weight: -.inf", 6, 15, "weight is -.inf; expected a finite number." },
        { "weight: 0.5", "weight: 1e999", 6, 15, "weight is 1e999; expected a finite number." },
        { "weight: 0.5", "weight: []", 6, 15, "weight is an empty list; expected numbers." },
        { "weight: 0.5", "weight: [1, x]", 6, 19, "an item of weight is the text 'x'; expected a finite number." },
        { "weight: 0.5", "weight: [{filter: mlp, valu: 1}]", 6, 30, "'valu' is unknown here. Did you mean 'value'? Known: filter, value." },
        { "weight: 0.5", "weight: [{filter: mlp}]", 6, 16, "'value' is missing here" },
        { "weight: 0.5", "weight: [{value: 1}, 2]", 6, 28, "an item of weight is 2; expected a group of keys: filter, value." },
        { "density: 0.2", "density: 20", 7, 16, "density is 20; expected a number in [0, 1]." },
        { "density: 0.2", "density: [0.2, -1]", 7, 22, "an item of density is -1; expected a number in [0, 1]." },
        { "normalize: true", "normalize: yes please", 11, 14, "normalize is the text 'yes please'; expected true or false." },
        { "normalize: true", "seed: 1.5", 11, 9, "seed is 1.5; expected a whole number of 32 bits." },
        { "normalize: true", "iterations: 0", 11, 15, "iterations is 0; expected a whole number of at least 1." },
        { "normalize: true", "energy: 0", 11, 11, "energy is 0; expected a number in (0, 1]." },
        { "normalize: true", "trim: modle", 11, 9, "trim is the text 'modle'. Did you mean 'model'? Known: tensor, model." },
        { "normalize: true", "\tnormalize: true", 11, 3, "indented with a tab" },
        { "  normalize: true", "\tnormalize: true", 11, 1, "indented with a tab" },
        { "  normalize: true", " normalize: true", 11, 2, "this is no YAML" },
        { "normalize: true", "lambda: 1", 11, 3, "'lambda' stands here for the second time; the first is in line 10." },
        { "normalize: true", "flatten: true\n  nuslerp_flatten: true", 12, 3, "'nuslerp_flatten' is 'flatten', which stands in line 11." },
        { "normalize: true", "normalize: !!bool true", 11, 14, "the tag 'tag:yaml.org,2002:bool' is not read here." },
        { "normalize: true", "normalize: *x", 11, 14, "the alias '*x' names no anchor" },
        { "head: keep", "head: keep\n---\nhead: keep", 13, 1, "a second document begins here" },
        { "head: keep", "? [head]\n: keep", 12, 3, "this key is no text" },
        { "head: keep", "keep: logit_scale", 12, 7, "keep is the text 'logit_scale'; expected a list of parts of tensors' names." },
        { "head: keep", "recalibrate: 7", 12, 14, "recalibrate is 7; expected a data source: a folder, or KIND:PATH, between quotes" },
        { "head: keep", "slices: []", 12, 1, "'slices' is not followed here: a model's blocks are merged whole" },
        { "head: keep", "modules: {}", 12, 1, "'modules' is not followed here" },
        { "alpha: [0, 0.5, 1]", "alpha: [0, 1.5]", 14, 21, "an item of alpha is 1.5; expected a number in [0, 1]." },
        { "alpha: [0, 0.5, 1]", "alpha: '0:1'", 14, 17, "alpha is the text '0:1': '0:1' gives no mixing coefficients" },
        { "{sketch: data/sketch}", "[a=data/a, a=data/b]", 17, 11, "two shifts are called 'a'" },
        { "{sketch: data/sketch}", "[a=]", 17, 12, "a shift is the text 'a='; expected NAME=SOURCE" },
        { "  reference: data/test\n", "", 16, 3, "'reference' is missing here: Test images" },
        { "base_model: zero-shot\n", "", 1, 15, "ties needs a base. Add `base_model: PATH`" },
        { "base_model: zero-shot", "base_model:", 2, 12, "base_model is without a value; expected the path of a model." },
        { "merge_method: ties\n", "", 1, 1, "'merge_method' is missing here" },
        { "- model: digits", "- parameters: {}", 8, 5, "'model' is missing here" },
        { "- model: digits", "- digits", 8, 5, "an item of models is the text 'digits'; expected a group of keys: model, parameters." },
        { "- model: digits", "- model: {path: digits}", 8, 12, "model is a group of keys; expected the path of a model." },
        { "- model: digits", "- model: ' '", 8, 12, "model is the text ' '; expected the path of a model." },
        { "method: ties", "method: slerp", 4, 3, "slerp merges 1, the base not counted; found 2: 'cars', 'digits'." },
        { "method: ties", "method: breadcrumbs_ties", 1, 15, "merge_method is the text 'breadcrumbs_ties'." },
    };

    [Theory]
    [MemberData(nameof(OneFault))]
    public void Parse_OfARecipeWithOneFault_SaysWhereAndWhatWasMeant(string from, string to, int line, int column, string text)
    {
        MergeRecipe.Parse(Ties).Notes.Should().BeEmpty();
        string recipe = Ties.ReplaceLineEndings("\n");
        recipe.Should().Contain(from);

        Refuses(recipe.Replace(from, to, StringComparison.Ordinal), "recipe.yaml", line, column, text);
    }

    [Theory]
    [InlineData(
        "{\"merge_method\": \"linear\",\n  \"models\": [{\"model\": \"größe\", \"parmeters\": {}}]}",
        2, 33, "Did you mean 'parameters'?")]
    [InlineData(
        "{\"merge_method\": \"linear\",\n  \"models\": [\n{\"model\": \"a\"}],\n  \"models\": []}",
        4, 3, "for the second time; the first is in line 2")]
    [InlineData(
        "{\"merge_method\": \"linear\",\n  \"models\": [{\"model\": 7}]}",
        2, 24, "model is 7; expected the path of a model, between quotes")]
    [InlineData(
        "{\"merge_method\": \"linear\",\n  \"models\": [{\"model\": \"a\"},]}",
        2, 29, "this is no JSON: The JSON array contains a trailing comma at the end which is not supported in this mode.")]
    [InlineData(
        "{\"merge_method\": \"linear\",\n\t\"models\": null}",
        2, 12, "models is without a value; expected a list of {model, parameters}")]
    [InlineData("{\"merge_method\": \"linear\",\n\t\"models\": []}", 2, 12, "models is an empty list; expected {model, parameters}.")]
    [InlineData("{\"merge_method\": \"größe\"} 7", 1, 27, "this is no JSON")]
    [InlineData("{\"merge_method\": \"linear\"} 7", 1, 28, "this is no JSON")]
    [InlineData("{\"merge_method\": \"\\ud800\"}", 1, 18, "half of a surrogate pair")]
    [InlineData("[1]", 1, 1, "the recipe is a list; expected keys with values")]
    [InlineData("", 1, 1, "the recipe is empty; expected keys with values: merge_method, models.")]
    [InlineData(" \n", 1, 1, "the recipe is empty")]
    public void Parse_OfJsonWithOneFault_SaysWhere(string json, int line, int column, string text) =>
        Refuses(json, "recipe.json", line, column, text);

    [Theory]
    [InlineData("merge_method: slerp\nbase_model: a\nmodels: [{model: b}]", 1, 15, "slerp needs t, a number in [0, 1]")]
    [InlineData("merge_method: slerp\nbase_model: a\nmodels: [{model: b, parameters: {t: 0.5}}]", 1, 15, "slerp needs t")]
    [InlineData(
        "merge_method: slerp\nbase_model: a\nmodels: [{model: b}]\nparameters: {t: 1.5}",
        4, 17, "t is 1.5; expected a number in [0, 1].")]
    [InlineData("merge_method: ties\nbase_model: a\nmodels: [{model: a}]", 3, 9, "ties merges at least 1, the base not counted; found 0.")]
    [InlineData(
        "merge_method: nuslerp\nbase_model: a\nmodels: [{model: a}, {model: b}]",
        3, 9, "nuslerp merges 2, the base not counted; found 1: 'b'.")]
    [InlineData("merge_method: model_stock\nbase_model: a\nmodels: [{model: b}]", 3, 9, "model_stock merges at least 2")]
    [InlineData(
        "merge_method: linear\nmodels: [{model: a, parameters: {weight: 0}}, {model: b, parameters: {weight: 0}}]",
        2, 42, "all weights are 0")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nparameters: {weight: [0, 0]}", 3, 22, "all weights are 0")]
    [InlineData("merge_method: lines\nbase_model: z\nmodels: [{model: a}, {model: b}]", 1, 15, "lines of several models needs beta")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nsearch: {}", 3, 9, "Add `base_model: PATH`")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nhead: zero-shot", 3, 7, "the zero-shot head is the base's")]
    [InlineData("merge_method: linear\nbase_model: z\nmodels: [{model: a}]\nsearch: {}", 4, 9, "chosen on images. Add `evaluate:")]
    [InlineData("merge_method: greedy_soup\nmodels: [{model: a}]", 1, 15, "greedy_soup needs held-out images. Add `evaluate:")]
    [InlineData("merge_method: regmean\nmodels: [{model: a}]\nparameters: {fisher: f}", 2, 10, "'a' has no images of its task. Add")]
    [InlineData("merge_method: fisher\nmodels: [{model: a, parameters: {fisher: f}}, {model: b}]", 2, 47, "or `fisher: FILE`")]
    public void Parse_OfWhatCannotBeDone_SaysWhatIsMissing(string yaml, int line, int column, string text) =>
        Refuses(yaml, "recipe.yml", line, column, text);

    [Fact]
    public void RequirePossible_OfARecipeMadeInCode_SaysTheSame()
    {
        var recipe = new MergeRecipe { Method = MergeMethod.Slerp, BaseModel = "a", Models = [new("b")] };

        recipe.Invoking(r => r.RequirePossible()).Should().Throw<ArgumentException>().WithMessage("*slerp needs t*");
        (recipe with { Parameters = new() { T = 0.5 } }).Invoking(r => r.RequirePossible()).Should().NotThrow();
    }

    [Theory]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: 0}}, {model: b}]")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nparameters: {weight: 0, normalize: false}")]
    [InlineData("merge_method: task_arithmetic\nbase_model: z\nmodels: [{model: a}]\nparameters: {weight: 0}")]
    [InlineData("merge_method: linear\nbase_model: a\nmodels: [{model: a}]")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: }]\nparameters:\n")]
    public void Parse_OfWhatOthersStumbleOver_Succeeds(string yaml) => MergeRecipe.Parse(yaml).Notes.Should().BeEmpty();

    [Fact]
    public void Parse_OfAWeightOfZero_IsZeroAndNotNone() => MergeRecipe.Parse(
        "merge_method: linear\nmodels: [{model: a, parameters: {weight: 0}}, {model: b}]").Models.Select(m => m.Parameters.Weight)
        .Should().Equal([0, null]);

    private static void Refuses(string text, string source, int line, int column, string fault)
    {
        MergeRecipeException refusal = FluentActions.Invoking(() => MergeRecipe.Parse(text, source))
            .Should().Throw<MergeRecipeException>().Which;
        refusal.Message.Should().StartWith($"{source}, line {line}, column {column}: ").And.Contain(fault);
        (refusal.Line, refusal.Column).Should().Be((line, column));
    }
}
