namespace WiseFt.Models;

/// <summary>The files of a model.</summary>
/// <param name="Layout">Whose layout; OpenAI's is that of weights alone.</param>
/// <param name="Path">What the caller named.</param>
/// <param name="Folder">Where configuration and vocabulary are looked for.</param>
/// <param name="Weights">The file with the weights, or the index of several.</param>
internal sealed record ClipFiles(CheckpointLayout Layout, string Path, string Folder, string Weights)
{
    /// <summary>A file of the model's folder.</summary>
    public string InFolder(string name) => System.IO.Path.Combine(Folder, name);
}

/// <summary>What a caller knows about a checkpoint better than its files.</summary>
/// <param name="VocabularyPath">A vocabulary to use instead of the folder's or the built-in one.</param>
/// <param name="Activation">The activation of a model whose files do not say it.</param>
internal sealed record ClipOverrides(string? VocabularyPath = null, Activation? Activation = null)
{
    /// <summary>How the activation is known: from the caller, or else as the files say.</summary>
    public string ActivationSource(string files) => Activation is null ? files : "given by the caller";
}
