using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Runs;

namespace WiseFt.Extensions.AI;

/// <summary>Settings of <see cref="ClipEmbeddingGenerator"/>. Immutable; vary with <c>with</c>.</summary>
public sealed record ClipEmbeddingOptions
{
    /// <summary>Mixing coefficient of a trained folder: 0 is the zero-shot model, 1 the fine-tuned one.</summary>
    /// <value>In [0, 1]. Default null: the mixture as it lies there. For other models it must be null.</value>
    public double? Alpha { get; init => field = value is { } alpha ? MixingCoefficient.Checked(alpha) : null; }

    /// <summary>The CLIP model that a trained model or a mixture began with, for its text encoder, which is never trained.</summary>
    /// <value>Whatever <see cref="ClipModel.Load"/> reads. Default null: where training found it. A mixture's file that lies alone does
    /// not say it.</value>
    public string? ClipPath { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>The vocabulary, where it is not the model's own or OpenAI's; see <see cref="ClipModel.Load"/>. Default null.</summary>
    public string? VocabularyPath { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>The activation, where no file says it; see <see cref="ClipModel.Load"/>. Default null.</summary>
    public Activation? Activation { get; init => field = value is { } known ? Check.Defined(known) : null; }

    /// <summary>Which of several models in one file; see <see cref="ClipModel.Load"/>. Default null.</summary>
    public string? StateDict { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>Where to compute: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>mps</c>. Default <c>cpu</c>.</summary>
    public string Device { get; init => field = ComputeDevice.Check(Check.NotBlank(value), nameof(Device)); } = "cpu";

    /// <summary>Images or texts encoded at once, however many a call has. At least 1; default 32, as everywhere in WiseFt.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = 32;

    /// <summary>Whether the vectors are made unit vectors.</summary>
    /// <value>Default true: vector stores compare by cosine or inner product, which are the same then. False gives CLIP's features as
    /// they are, which ML.NET's <c>ClipImageEmbedding</c> gives by default.</value>
    public bool Normalize { get; init; } = true;

    /// <summary>In what an encoder's products are computed. Default float32; vectors in bfloat16 differ in their third digit.</summary>
    public Precision Precision { get; init => field = Check.Defined(value); }

    /// <summary>Limits of decoding, checked in an image's header before its pixels are read.</summary>
    /// <value>Default <see cref="ImageDecoding.Default"/>: at most 178,956,970 pixels. A few kilobytes can claim to be any size; where
    /// strangers send images, less is safer.</value>
    public ImageDecoding Decoding { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = ImageDecoding.Default;

    /// <summary>What metadata and embeddings call the model.</summary>
    /// <value>Default null: the model's name on the Hub, or the name of its folder or file, with alpha where that is given.</value>
    public string? ModelId { get; init => field = value is null ? null : Check.NotBlank(value); }
}
