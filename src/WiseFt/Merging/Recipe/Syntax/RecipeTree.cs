using System.Globalization;

namespace WiseFt.Merging;

/// <summary>Reads a recipe's text, in either syntax, into nodes with their places.</summary>
internal static class RecipeTree
{
    /// <summary>How many bytes a file, and letters a text, may have.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>How many nodes a recipe may have.</summary>
    public const int MostNodes = 100_000;

    /// <summary>How many letters of a text are shown in a message.</summary>
    public const int LongestShown = 60;

    private const int Deepest = 32; // lists and maps in each other; a recipe has six

    /// <summary>A file's text.</summary>
    /// <exception cref="MergeRecipeException">It is too long, or no UTF-8.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string ReadFile(string path)
    {
        long length = new FileInfo(RegularFile.Require(path)).Length;
        if (length > MostBytes) throw TooLong(path, length, "bytes");
        try
        {
            return Utf8Text.ReadFile(path);
        }
        catch (InvalidDataException e)
        {
            string subject = path + ": "; // with which that message begins too
            throw new MergeRecipeException(path, 0, 0, e.Message.StartsWith(subject, StringComparison.Ordinal) ? e.Message[subject.Length..]
                : e.Message, e);
        }
    }

    /// <summary>The map of a recipe's keys.</summary>
    /// <param name="text">The recipe.</param>
    /// <param name="source">Its file, or what stands for it. Its ending .json, .yaml or .yml says the syntax; without one of them a text
    /// that begins with a brace is JSON.</param>
    /// <exception cref="MergeRecipeException">It is neither, too long, or nested too deeply, a key stands twice in one place.</exception>
    public static RecipeNode Read(string text, string source)
    {
        if (text.Length > MostBytes) throw TooLong(source, text.Length, "letters");
        RecipeNode root = IsJson(text, source) ? JsonTree.Read(text, source) : YamlTree.Read(text, source);
        return root.Kind == RecipeNodeKind.Map ? root : throw root.Place.Refuse(
            $"the recipe is {(root.Kind == RecipeNodeKind.Null ? "empty" : root.Found)}; expected keys with values: merge_method, models.");
    }

    /// <summary>The next depth.</summary>
    /// <exception cref="MergeRecipeException">It is too deep.</exception>
    public static int Below(int depth, RecipePlace place) => depth < Deepest ? depth + 1 : throw place.Refuse(string.Create(
        CultureInfo.InvariantCulture, $"lists and keys are nested more than {Deepest} deep here; expected a recipe."));

    private static bool IsJson(string text, string source) => Path.GetExtension(source).ToUpperInvariant() switch
    {
        ".JSON" => true,
        ".YAML" or ".YML" => false,
        _ => text.AsSpan().TrimStart() is ['{', ..],
    };

    private static MergeRecipeException TooLong(string source, long length, string unit) => new(source, 0, 0, string.Create(
        CultureInfo.InvariantCulture, $"it has {length} {unit}; a recipe has {MostBytes} at most. Is it a model rather than a recipe?"));
}
