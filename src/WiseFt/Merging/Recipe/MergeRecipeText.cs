using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using WiseFt.Merging;

namespace WiseFt;

public sealed partial record MergeRecipe
{
    // A path is read by people; it stands in no web page.
    private static readonly JsonWriterOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a recipe that was read says and is not followed: keys without a meaning here, parameters that its method does not
    /// read; each with its place. Default none. Two recipes that differ in this alone are equal.</summary>
    public ImmutableArray<string> Notes { get; internal init; } = [];

    /// <summary>Reads a recipe, of which at most 1 MiB is a file.</summary>
    /// <param name="path">A file in YAML (<c>.yaml</c>, <c>.yml</c>) or JSON (<c>.json</c>); with another ending it is JSON where it
    /// begins with a brace. Relative paths in it are taken from its folder and become full; a model that is not there and has the form
    /// of a name on the Hugging Face Hub stays as it is.</param>
    /// <exception cref="MergeRecipeException">It is malformed, or says what cannot be done.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static MergeRecipe Load(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(Check.NotBlank(path)))!;
        return Read(RecipeTree.ReadFile(path), path, new RecipePaths(folder).Resolve);
    }

    /// <summary>Reads a recipe.</summary>
    /// <param name="text">YAML or JSON, at most 1 Mi UTF-16 code units. Paths in it stay as they are.</param>
    /// <param name="source">What messages call it. The ending <c>.json</c>, <c>.yaml</c> or <c>.yml</c> says the syntax; without one of
    /// them a text that begins with a brace is JSON.</param>
    /// <exception cref="MergeRecipeException">It is malformed, or says what cannot be done.</exception>
    public static MergeRecipe Parse(string text, string source = "recipe")
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, Check.NotBlank(source), recipe => recipe);
    }

    /// <summary>The recipe as JSON in one line: what differs from the defaults, in an order of its own, so that equal recipes have
    /// equal texts. <see cref="Parse"/> reads it as an equal recipe.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, _plain)) MergeRecipeKeys.Shape.Write(json, this);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Refuses what cannot be done, such as a method that needs a base without one. Recipes that were read are possible.</summary>
    /// <exception cref="ArgumentException">It cannot be done.</exception>
    internal void RequirePossible()
    {
        if (MergeRecipeRules.Fault(this) is { } fault) throw new ArgumentException($"The recipe cannot be followed: {fault.Text}");
    }

    private static MergeRecipe Read(string text, string source, Func<MergeRecipe, MergeRecipe> resolve)
    {
        RecipeNode root = RecipeTree.Read(text, source);
        var notes = new List<string>();
        MergeRecipe recipe = resolve(MergeRecipeKeys.Shape.Read(root, "the recipe", notes));
        if (MergeRecipeRules.Fault(recipe) is { } fault) throw root.Find(fault.Way).Place.Refuse(fault.Text);
        IEnumerable<string> unread = MergeRecipeRules.Notes(recipe).Select(note => root.Find(note.Way).Place.Remark(note.Text));
        return recipe with { Notes = [.. notes.Concat(unread).Distinct()] };
    }
}
