using System.Collections.Immutable;

namespace WiseFt.ML;

/// <summary>Of which sentences a zero-shot head is made. Immutable; vary with <c>with</c>.</summary>
public sealed record ZeroShotHeadOptions
{
    /// <summary>The sentences around the class names. Default <see cref="PromptTemplates.ImageNet"/>, the paper's choice.</summary>
    public PromptTemplates Templates
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = PromptTemplates.ImageNet;

    /// <summary>The words for each class, in key order. Null (the default): the label column's key values are the words.</summary>
    public IReadOnlyList<string>? ClassNames { get; init => field = value is null ? null : Check.NotEmpty(value).ToImmutableArray(); }

    /// <summary>Folder where heads are kept, so that the same classes and templates are encoded once for a model.
    /// Null (the default): nowhere.</summary>
    public string? CacheDirectory { get; init => field = value is null ? null : Check.NotBlank(value); }
}
