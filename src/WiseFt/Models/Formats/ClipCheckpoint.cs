using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Text;

namespace WiseFt.Models;

/// <summary>A CLIP model on disk: its architecture, its tensors under OpenAI's names,
/// and where its vocabulary and preprocessing are.</summary>
internal sealed class ClipCheckpoint : IDisposable
{
    /// <summary>The folder or file.</summary>
    public required string Path { get; init; }

    /// <summary>What the layout is called, for people.</summary>
    public required string Layout { get; init; }

    /// <summary>The architecture.</summary>
    public required ClipConfig Config { get; init; }

    /// <summary>Where the architecture was read, for messages.</summary>
    public required string ConfigSource { get; init; }

    /// <summary>How the activation is known, for people.</summary>
    public required string ActivationSource { get; init; }

    /// <summary>The weights.</summary>
    public required RenamedTensors Tensors { get; init; }

    /// <summary>The tokenizer that the weights were trained with.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Where the vocabulary was read; null for OpenAI's, which is built in.</summary>
    public required string? VocabularyPath { get; init; }

    /// <summary>The preprocessing that the weights were trained with.</summary>
    public required ClipPreprocessor Preprocessor { get; init; }

    /// <summary>The file that says the preprocessing; null where none does.</summary>
    public string? PreprocessorSource { get; init; }

    /// <summary>A classifier's file whose image encoder takes the place of the model's; null for the model as it is.</summary>
    public string? Visual { get; init; }

    /// <summary>What nothing in the files says and was assumed, one sentence each, with the option that decides.</summary>
    public IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>What was taken, renamed and left out on reading, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Throws unless weights, configuration and vocabulary fit together; reads no weights.</summary>
    /// <exception cref="CheckpointException">They do not.</exception>
    public void RequireFit()
    {
        Tensors.RequireExactly(Config.Tensors(), ConfigSource);
        RequireVocabulary();
    }

    /// <summary>Closes the weights' file.</summary>
    public void Dispose() => Tensors.Dispose();

    private void RequireVocabulary()
    {
        string found = VocabularyPath is null ? "OpenAI's built-in vocabulary" : $"the vocabulary {VocabularyPath}";
        const string advice = "Put the model's own vocab.json and merges.txt into its folder, or give the vocabulary's path.";
        if (Tokenizer.VocabularySize != Config.Text.VocabularySize)
            throw new CheckpointException(
                $"{Path}: the token embedding has {Config.Text.VocabularySize} rows and {found} has " +
                $"{Tokenizer.VocabularySize} tokens. {advice}");
        if (Config.Text.EndToken is { } end && end != Tokenizer.EndToken)
            throw new CheckpointException(
                $"{Path}: {ConfigSource} says that a text ends with token {end}, and in {found} it is {Tokenizer.EndToken}. {advice}");
    }
}
