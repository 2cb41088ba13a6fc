using WiseFt.Files;

namespace WiseFt.Models;

/// <summary>The files of a model.</summary>
/// <param name="Layout">Whose layout; OpenAI's is that of weights alone.</param>
/// <param name="Path">What the caller named.</param>
/// <param name="Folder">Where configuration and vocabulary are looked for.</param>
/// <param name="Weights">The file with the weights, or the index of several.</param>
internal sealed record ClipFiles(CheckpointLayout Layout, string Path, string Folder, string Weights)
{
    /// <summary>A classifier's file whose image encoder takes the place of the model's; null for the model as it is.</summary>
    public string? Visual { get; init; }

    /// <summary>The vocabulary that the model was trained with, where it has none of its own; null for what is found.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>A file of the model's folder.</summary>
    public string InFolder(string name) => System.IO.Path.Combine(Folder, name);
}

/// <summary>What a caller knows about a checkpoint better than its files.</summary>
/// <param name="VocabularyPath">A vocabulary to use instead of the folder's or the built-in one.</param>
/// <param name="Activation">The activation of a model whose files do not say it.</param>
/// <param name="StateDict">Which of several models in a file is wanted: a dict's name, or what names begin with.</param>
internal sealed record ClipOverrides(string? VocabularyPath = null, Activation? Activation = null, string? StateDict = null)
{
    /// <summary>Opens a file with weights, or an index of several.</summary>
    public RenamedTensors OpenWeights(string path) => RenamedTensors.Of(
        WeightFileNames.IsIndex(path) ? ShardedTensors.Open(path) : TensorFile.Open(path, StateDict), StateDict);

    /// <summary>What is to be said of the vocabulary where none was found.</summary>
    /// <param name="found">Where it was read; null for OpenAI's.</param>
    public static IEnumerable<string> AssumedVocabulary(string? found) => found is not null
        ? []
        : ["There is no vocabulary beside the weights: OpenAI's is assumed, which nearly all models have. --vocabulary decides."];

    /// <summary>How the activation is known: from the caller, or else as the files say.</summary>
    public string ActivationSource(string files) => Activation is null ? files : "given by the caller";
}
