using System.Globalization;

namespace WiseFt.Evaluation;

/// <summary>A table of finite numbers with one row a sample: logits (N, K) or features (N, D), row after row.</summary>
/// <remarks>
/// Single precision is kept as it is, so a model's output is neither copied nor doubled in memory; all arithmetic on it is in double
/// precision. The values given are not copied and must not change afterwards.
/// </remarks>
public sealed class SampleMatrix
{
    private readonly ReadOnlyMemory<float> _singles;
    private readonly ReadOnlyMemory<double> _doubles;

    /// <summary>A table of single-precision values, such as a model's logits.</summary>
    /// <param name="values">float32, N x <paramref name="width"/> values, row after row; all finite, at least one row.</param>
    /// <param name="width">Values a row: the number of classes or of features; at least 1.</param>
    /// <exception cref="ArgumentException">No rows, an incomplete row, or a value that is NaN or infinite.</exception>
    public SampleMatrix(ReadOnlyMemory<float> values, int width)
        : this(values.Length, width)
    {
        _singles = values;
        for (int i = 0; i < values.Length; i++)
            if (!float.IsFinite(values.Span[i])) throw NotFinite(values.Span[i], i, nameof(values));
    }

    /// <summary>A table of double-precision values.</summary>
    /// <param name="values">float64, N x <paramref name="width"/> values, row after row; all finite, at least one row.</param>
    /// <param name="width">Values a row: the number of classes or of features; at least 1.</param>
    /// <exception cref="ArgumentException">No rows, an incomplete row, or a value that is NaN or infinite.</exception>
    public SampleMatrix(ReadOnlyMemory<double> values, int width)
        : this(values.Length, width)
    {
        _doubles = values;
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values.Span[i])) throw NotFinite(values.Span[i], i, nameof(values));
    }

    private SampleMatrix(int length, int width)
    {
        Width = Check.AtLeast(width, 1);
        if (length == 0 || length % width != 0)
        {
            throw new ArgumentException(
                $"values has {length} numbers; expected one or more whole rows of {width} (values is N x width).", nameof(width));
        }
        Count = length / width;
    }

    /// <summary>Number of samples, N; at least 1.</summary>
    public int Count { get; }

    /// <summary>Values a sample: classes K or features D; at least 1.</summary>
    public int Width { get; }

    /// <summary>Copies one sample's values.</summary>
    /// <param name="row">The sample, in [0, <see cref="Count"/>).</param>
    /// <param name="destination">Receives <see cref="Width"/> values.</param>
    /// <exception cref="ArgumentException">The row does not exist or the destination is too short.</exception>
    public void CopyRow(int row, Span<double> destination)
    {
        Check.InRange(row, 0, Count - 1);
        if (destination.Length < Width)
            throw new ArgumentException($"destination holds {destination.Length} values; a row has {Width}.", nameof(destination));
        if (_singles.IsEmpty)
        {
            _doubles.Span.Slice(row * Width, Width).CopyTo(destination);
            return;
        }
        var source = _singles.Span.Slice(row * Width, Width);
        for (int i = 0; i < source.Length; i++) destination[i] = source[i];
    }

    /// <summary>The column of each sample's largest value: the predicted class, if the values are logits.</summary>
    /// <returns>int32 (N), each in [0, <see cref="Width"/>). Of equal values the first wins, as in NumPy and PyTorch.</returns>
    public int[] ArgMax()
    {
        int[] result = new int[Count];
        double[] row = new double[Width];
        for (int i = 0; i < Count; i++)
        {
            CopyRow(i, row);
            result[i] = ArgMax(row);
        }
        return result;
    }

    internal static int ArgMax(ReadOnlySpan<double> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[best]) best = i;
        return best;
    }

    /// <summary>log(sum(exp(row))), without overflow: what softmax subtracts from a logit to make it a log-probability.</summary>
    internal static double LogSumExp(ReadOnlySpan<double> row)
    {
        double largest = row[ArgMax(row)];
        double sum = 0;
        foreach (double value in row) sum += Math.Exp(value - largest);
        return largest + Math.Log(sum);
    }

    private ArgumentException NotFinite(double value, int index, string name) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Row {index / Width}, column {index % Width} is {value}; expected a finite number. " +
            $"Leave classes out with a label space, not with -infinity."),
        name);
}
