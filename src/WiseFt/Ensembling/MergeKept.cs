using WiseFt.Files;
using WiseFt.Merging;

namespace WiseFt.Ensembling;

/// <summary>Which tensors a recipe keeps as the base has them.</summary>
internal static class MergeKept
{
    private const string Head = "classification_head.";

    /// <summary>Their names.</summary>
    /// <exception cref="ArgumentException">The zero-shot head is wanted where there is no base, or no head.</exception>
    /// <exception cref="CheckpointException">The text encoder is to be kept, and the names are not a CLIP model's.</exception>
    public static HashSet<string> Names(MergeSources sources)
    {
        MergeRecipe recipe = sources.Recipe;
        IReadOnlyCollection<string> names = [.. sources.Keeper.Tensors.Keys];
        var kept = new HashSet<string>(
            names.Where(n => recipe.Keep.Any(text => n.Contains(text, StringComparison.Ordinal))), StringComparer.Ordinal);
        foreach (string text in recipe.Keep)
            if (!names.Any(n => n.Contains(text, StringComparison.Ordinal)))
                throw new ArgumentException(
                    $"No tensor has '{text}' in its name, which is to be kept; expected a part of one such as " +
                    $"{Listed.First(names.Order(StringComparer.Ordinal))}.");
        if (recipe.Head != MergeHead.Merge) kept.UnionWith(HeadNames(sources, names));
        if (recipe.TextTower == MergeTextTower.Keep) kept.UnionWith(TextTower(names, sources.Keeper.Name));
        return kept;
    }

    private static string[] HeadNames(MergeSources sources, IEnumerable<string> names)
    {
        string[] head = [.. names.Where(n => n.StartsWith(Head, StringComparison.Ordinal))];
        if (sources.Recipe.Head == MergeHead.ZeroShot && (sources.Base is null || head.Length == 0))
            throw new ArgumentException(
                "`head: zero-shot` takes the zero-shot head from the base, " +
                (sources.Base is null ? "and there is none. Name it with base_model." : "which has none: the models are no classifiers."));
        return head;
    }

    private static IEnumerable<string> TextTower(IReadOnlyCollection<string> names, string path)
    {
        var (naming, prefix) = KeyMap.Recognise(names, null, path);
        string[] ours = naming == KeyMap.HuggingFace ? ["text_model.", "text_projection."] : naming == KeyMap.CustomText ? ["text."] : [];
        return ours.Length > 0
            ? names.Where(n => ours.Any(text => n.StartsWith(prefix + text, StringComparison.Ordinal)))
            : names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && IsText(n[prefix.Length..]));
    }

    // OpenAI's names of the text encoder have no prefix of their own.
    private static bool IsText(string name) =>
        !name.StartsWith("visual.", StringComparison.Ordinal) && !name.StartsWith("logit_", StringComparison.Ordinal);
}
