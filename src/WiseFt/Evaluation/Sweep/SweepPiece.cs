using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace WiseFt.Evaluation;

/// <summary>A piece of a sweep: some images of one test set, at every alpha. A value, which may be evaluated anywhere.</summary>
/// <param name="Set">The place of the test set in the sweep; 0 is the reference distribution's.</param>
/// <param name="Start">The place of the first image in the test set.</param>
/// <param name="Count">How many images: what the models are given at once, so that the last bits are the same wherever it is
/// evaluated.</param>
internal sealed record SweepPiece(int Set, int Start, int Count)
{
    /// <summary>Images in a piece, unless its test set ends before.</summary>
    public const int MostImages = 32;

    /// <summary>All pieces of a sweep.</summary>
    /// <param name="counts">How many images each test set has.</param>
    public static ImmutableArray<SweepPiece> All(IEnumerable<int> counts) =>
    [
        .. counts.SelectMany((count, set) => Enumerable.Range(0, count).Chunk(MostImages)
            .Select(images => new SweepPiece(set, images[0], images.Length))),
    ];
}

/// <summary>What evaluating a piece gives: plain numbers, which System.Text.Json writes and reads as they are.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record SweepPart
{
    /// <summary>What was evaluated.</summary>
    public required SweepPiece Piece { get; init; }

    /// <summary>Predictions by alpha.</summary>
    public required ImmutableArray<Predictions> Predictions { get; init; }

    /// <summary>Predictions of the output-space ensembles by kind and alpha; empty where they are not wanted.</summary>
    public required ImmutableArray<ImmutableArray<Predictions>> Ensembles { get; init; }

    /// <summary>Sum over the images of KL(zero-shot || fine-tuned), in nats; 0 unless alpha 0 and 1 are evaluated.</summary>
    public required double Divergence { get; init; }

    /// <summary>The zero-shot model's features (N, E), row by row; empty where nothing is measured on them: see
    /// <see cref="SweepTotals"/>.</summary>
    public required ImmutableArray<float> ZeroShotFeatures { get; init; }

    /// <summary>The fine-tuned model's features (N, E), row by row, or empty.</summary>
    public required ImmutableArray<float> FineTunedFeatures { get; init; }
}
