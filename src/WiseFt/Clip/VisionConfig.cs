namespace WiseFt;

/// <summary>Shape of the image encoder.</summary>
public sealed record VisionConfig
{
    /// <summary>Height and width of the input, in pixels.</summary>
    public required int Resolution { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>Height and width of a patch, in pixels.</summary>
    public required int PatchSize { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>Length D of a token's vector.</summary>
    public required int Width { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>How many residual blocks there are.</summary>
    public required int Layers { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>How many attention heads a block has.</summary>
    public required int Heads { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>Length of the MLP's hidden vector.</summary>
    public required int MlpWidth { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>The MLP's non-linearity.</summary>
    public required Activation Activation { get; init => field = Check.Defined(value); }

    /// <summary>Added to the variance in layer normalisation. Default 1e-5, as every published CLIP has it.</summary>
    public double LayerNormEpsilon { get; init => field = Check.Positive(value); } = 1e-5;

    /// <summary>How many tokens an image becomes: its patches and the class token.</summary>
    public int TokenCount => Resolution / PatchSize * (Resolution / PatchSize) + 1;
}
