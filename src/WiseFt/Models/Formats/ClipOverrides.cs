namespace WiseFt.Models;

/// <summary>What a caller knows about a checkpoint better than its files.</summary>
/// <param name="VocabularyPath">A vocabulary to use instead of the folder's or the built-in one.</param>
/// <param name="Activation">The activation of a model whose files do not say it.</param>
internal sealed record ClipOverrides(string? VocabularyPath = null, Activation? Activation = null)
{
    /// <summary>How the activation is known: from the caller, or else as the files say.</summary>
    public string ActivationSource(string files) => Activation is null ? files : "given by the caller";
}
