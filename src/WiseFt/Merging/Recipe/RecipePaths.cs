using WiseFt.Files;

namespace WiseFt.Merging;

/// <summary>The paths of a recipe, seen from the folder that it lies in.</summary>
/// <param name="folder">The folder.</param>
internal sealed class RecipePaths(string folder)
{
    /// <summary>The recipe with full paths.</summary>
    public MergeRecipe Resolve(MergeRecipe recipe) => recipe with
    {
        BaseModel = recipe.BaseModel is null ? null : Model(recipe.BaseModel),
        Models = [.. recipe.Models.Select(m => m with { Model = Model(m.Model), Parameters = Resolve(m.Parameters) })],
        Parameters = Resolve(recipe.Parameters),
        Recalibrate = Source(recipe.Recalibrate),
        Evaluate = recipe.Evaluate is not { } images ? null : images with
        {
            Reference = Source(images.Reference)!,
            Validation = Source(images.Validation),
            Shifts = [.. images.Shifts.Select(s => s with { Images = Source(s.Images)! })],
        },
    };

    private MergeParameters Resolve(MergeParameters parameters) => parameters with
    {
        Fisher = parameters.Fisher is null ? null : Full(parameters.Fisher),
        Data = Source(parameters.Data),
    };

    // A name on the Hub has the form of a path; what is there goes first.
    private string Model(string text) => !Path.Exists(Full(text)) && HuggingFaceHub.IsModelName(text) ? text : Full(text);

    private string? Source(string? text) => text is null ? null
        : RecipeSource.Parse(text) is var source && source.Path.Length == 0 ? text // which the source itself refuses
        : (source with { Path = Full(source.Path) }).ToString();

    private string Full(string path) => Path.GetFullPath(path, folder);
}
