using System.Collections.Immutable;
using System.Globalization;

namespace WiseFt.Merging;

/// <summary>What must hold between the parts of a recipe, wherever it comes from.</summary>
internal static class MergeRecipeRules
{
    /// <summary>What is wrong; null where nothing is.</summary>
    public static RecipeRemark? Fault(MergeRecipe recipe) =>
        BaseFault(recipe) ?? CountFault(recipe) ?? NumberFault(recipe) ?? WeightFault(recipe) ?? ImageFault(recipe)
        ?? ShiftFault(recipe);

    /// <summary>What is given and not read.</summary>
    public static IEnumerable<RecipeRemark> Notes(MergeRecipe recipe)
    {
        foreach (RecipeRemark note in Unread(recipe, recipe.Parameters, false, ["parameters"])) yield return note;
        for (int i = 0; i < recipe.Models.Length; i++)
        {
            bool isBase = !recipe.Merged.Contains(recipe.Models[i]);
            foreach (RecipeRemark note in Unread(recipe, recipe.Models[i].Parameters, true, ["models", i, "parameters"]))
                yield return isBase ? note with { Text = "parameters of the base among the models are not read." } : note;
        }
    }

    private static IEnumerable<RecipeRemark> Unread(
        MergeRecipe recipe, MergeParameters parameters, bool ofAModel, ImmutableArray<object> way)
    {
        MergeMethodInfo method = MergeMethodInfo.Of(recipe.Method);
        foreach (string key in MergeParameterKeys.Shape.Keys.Where(k => k.IsGiven(parameters)).Select(k => k.Name))
            if (!method.Parameters.Contains(key))
                yield return new RecipeRemark(
                    $"'{key}' is not read by {method.Name}, which reads " +
                    $"{(method.Parameters.IsEmpty ? "no parameters" : string.Join(", ", method.Parameters))}.", way.Add(key));
            else if (!ofAModel && MergeParameterKeys.OfNoRecipe.Contains(key))
                yield return new RecipeRemark(
                    $"'{key}' is not read for all models; it belongs under each model's parameters.", way.Add(key));
            else if (ofAModel && !MergeParameterKeys.OfAModel.Contains(key))
                yield return new RecipeRemark(
                    $"'{key}' is not read for one model; it belongs under the recipe's own parameters. For each model are read " +
                    $"{string.Join(", ", MergeParameterKeys.OfAModel.Where(k => method.Parameters.Contains(k)))}.", way.Add(key));
    }

    private static RecipeRemark? BaseFault(MergeRecipe recipe)
    {
        if (recipe.BaseModel is not null) return null;
        MergeMethodInfo method = MergeMethodInfo.Of(recipe.Method);
        if (method.Base == true)
            return new RecipeRemark(
                $"{method.Name} needs a base. Add `base_model: PATH`, the model that the others come from.", ["merge_method"]);
        if (recipe.Search is not null)
            return new RecipeRemark("mixing coefficients go from a base to what is merged. Add `base_model: PATH`.", ["search"]);
        return recipe.Head == MergeHead.ZeroShot
            ? new RecipeRemark("the zero-shot head is the base's. Add `base_model: PATH`.", ["head"])
            : null;
    }

    private static RecipeRemark? CountFault(MergeRecipe recipe)
    {
        MergeMethodInfo method = MergeMethodInfo.Of(recipe.Method);
        int count = recipe.Merged.Length;
        if (count >= method.Fewest && count <= method.Most) return null;
        string expected = method.Fewest == method.Most ? $"{method.Fewest}" : $"at least {method.Fewest}";
        return new RecipeRemark(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{method.Name} merges {expected}{(recipe.BaseModel is null ? "" : ", the base not counted")}; found {count}" +
                $"{(count == 0 ? "" : ": " + Listed.Quoted([.. recipe.Merged.Select(m => m.Model)]))}."),
            ["models"]);
    }

    private static RecipeRemark? NumberFault(MergeRecipe recipe) => recipe.Method switch
    {
        MergeMethod.Slerp when recipe.Parameters.T is null => new RecipeRemark(
            "slerp needs t, a number in [0, 1], among the recipe's own parameters. Add `parameters: {t: 0.5}`.", ["merge_method"]),
        MergeMethod.Lines when recipe.Merged.Length > 1 && recipe.Parameters.Beta is null => new RecipeRemark(
            "lines of several models needs beta, what is added to alpha up to the last block. Add `parameters: {beta: 0.5}`.",
            ["merge_method"]),
        _ => null,
    };

    private static RecipeRemark? WeightFault(MergeRecipe recipe)
    {
        MergeMethodInfo method = MergeMethodInfo.Of(recipe.Method);
        bool isDivided = method.Parameters.Contains("normalize") ? recipe.Parameters.Normalize ?? method.Normalizes : method.Normalizes;
        bool isZero = recipe.Merged.All(m => (m.Parameters.Weight ?? recipe.Parameters.Weight)?.All.All(w => w == 0) == true);
        if (!isDivided || !isZero) return null;
        int first = recipe.Models.IndexOf(recipe.Merged[0]);
        return new RecipeRemark(
            "all weights are 0, and by their sum they cannot be divided. Give other weights" +
            (method.Parameters.Contains("normalize") ? ", or `normalize: false`." : "."),
            recipe.Merged[0].Parameters.Weight is null ? ["parameters", "weight"] : ["models", first, "parameters", "weight"]);
    }

    private static RecipeRemark? ImageFault(MergeRecipe recipe)
    {
        if (recipe.Evaluate is null && recipe.Method is MergeMethod.GreedySoup or MergeMethod.LearnedSoup)
            return new RecipeRemark(
                $"{MergeMethodInfo.Of(recipe.Method).Name} needs held-out images. Add `evaluate: {{reference: TEST, validation: IMAGES}}`.",
                ["merge_method"]);
        if (recipe.Evaluate is null && recipe.Search is not null)
            return new RecipeRemark("a mixing coefficient is chosen on images. Add `evaluate: {reference: IMAGES}`.", ["search"]);
        bool isFisher = recipe.Method == MergeMethod.Fisher;
        if (!isFisher && recipe.Method != MergeMethod.RegMean) return null;
        MergeIngredient? without = recipe.Merged.FirstOrDefault(m => (m.Parameters.Data ?? recipe.Parameters.Data) is null
            && !(isFisher && m.Parameters.Fisher is not null));
        return without is null ? null : new RecipeRemark(
            $"'{without.Model}' has no images of its task. Add `data: IMAGES`" +
            $"{(isFisher ? " or `fisher: FILE`, which `wiseft fisher` writes," : "")} to its parameters.",
            ["models", recipe.Models.IndexOf(without)]);
    }

    private static RecipeRemark? ShiftFault(MergeRecipe recipe) =>
        recipe.Evaluate?.Shifts.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice
            ? new RecipeRemark($"two shifts are called '{twice.Key}'; expected a name for each, as NAME=SOURCE.", ["evaluate", "shifts"])
            : null;
}

/// <summary>Something to say of a recipe.</summary>
/// <param name="Text">What.</param>
/// <param name="Way">The keys and indices to what it is about.</param>
internal sealed record RecipeRemark(string Text, ImmutableArray<object> Way);
