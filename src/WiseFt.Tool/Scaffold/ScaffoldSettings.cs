namespace WiseFt.Tool;

/// <summary>What `wiseft new` was asked for.</summary>
internal sealed record ScaffoldSettings
{
    /// <summary>Name of the model: of its files and of its class.</summary>
    public required string Name { get; init; }

    /// <summary>Folder of images, one sub-folder a class; a full path.</summary>
    public required string DataFolder { get; init; }

    /// <summary>A model that is trained already, which is taken as it is; null to train one.</summary>
    public ClassifierSource? Trained { get; init; }

    /// <summary>The CLIP model that training begins with: a full path, or a name on the Hub.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Whether that is the model that comes with the tool, which goes where the solution goes.</summary>
    public bool ModelIsBuiltIn { get; init; }

    /// <summary>Prompt templates as on the command line; a file's path is a full path.</summary>
    public required string Templates { get; init; }

    /// <summary>Mixing coefficient.</summary>
    public required double Alpha { get; init; }

    /// <summary>The recipe.</summary>
    public required FineTuningOptions Recipe { get; init; }

    /// <summary>A checkout of WiseFt to refer to instead of the packages; null for the packages.</summary>
    public string? Source { get; init; }
}
