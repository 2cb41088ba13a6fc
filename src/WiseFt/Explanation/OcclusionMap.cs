using System.Collections.Immutable;
using WiseFt.Files;

namespace WiseFt.Explanation;

/// <summary>Where in a picture a class's probability comes from: how much it drops where a part is covered.</summary>
/// <remarks>A cell is the mean over the patches that cover it. It says what this model needs to see, not what is right, and not what
/// parts do together: where two parts would do each by itself, covering one of them changes little.</remarks>
public sealed record OcclusionMap
{
    internal OcclusionMap()
    {
    }

    /// <summary>The class that is explained.</summary>
    public required string ClassName { get; init; }

    /// <summary>Its probability for the picture as it is, in [0, 1].</summary>
    public required float Probability { get; init; }

    /// <summary>Side of the square that the model sees, in pixels; the map covers it.</summary>
    public required int Side { get; init; }

    /// <summary>Side of the patch, in pixels.</summary>
    public required int Window { get; init; }

    /// <summary>Side of a cell, in pixels; cells of the last row and column may be cut off.</summary>
    public required int Stride { get; init; }

    /// <summary>Rows of the map, and as many columns.</summary>
    public int Rows => (Side - 1) / Stride + 1;

    /// <inheritdoc cref="Rows"/>
    public int Columns => Rows;

    /// <summary>By how much the probability drops, row by row from the top left, in [-1, 1]: below 0 where it rises.</summary>
    /// <value>Rows * Columns numbers.</value>
    public required ImmutableArray<float> Drops { get; init; }

    /// <summary>The drop of a cell.</summary>
    /// <param name="row">From 0, at the top.</param>
    /// <param name="column">From 0, at the left.</param>
    public float this[int row, int column] => Drops[row * Columns + column];

    /// <summary>uint8 (Side, Side, 3): the picture as the model sees it.</summary>
    internal ImmutableArray<byte> Picture { get; init; }

    /// <summary>The map over the picture in grey: red where the class needs what is there, blue where that speaks against it.</summary>
    /// <returns>A PNG file of at least 448 x 448 pixels. Colours are full at the largest drop or rise, and at 0.05 where all are smaller.
    /// </returns>
    public byte[] ToPng() => HeatMap.Draw(this);

    /// <summary>Writes <see cref="ToPng"/>; the file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path)
    {
        byte[] png = ToPng();
        AtomicFile.Write(Check.NotBlank(path), stream => stream.Write(png));
    }
}
