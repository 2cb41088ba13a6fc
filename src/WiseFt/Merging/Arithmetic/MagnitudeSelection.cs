using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Finds the magnitude of a rank among any number of float32 numbers, exactly, in two passes over them and without keeping them:
/// numbers are counted by the high half of their bits, then, where the rank falls, by the low half.</summary>
/// <remarks>The bits of magnitudes are ordered like the magnitudes.</remarks>
internal sealed class MagnitudeSelection
{
    private const uint MagnitudeMask = 0x7FFF_FFFF;
    private const int HalfBits = 16, Bins = 1 << HalfBits;

    private readonly long[] _counts = new long[Bins];
    private long _rank;
    private uint? _high; // that of the magnitude sought, after the first pass

    /// <summary>A number's magnitude as an integer of the same order.</summary>
    public static uint Bits(float number) => BitConverter.SingleToUInt32Bits(number) & MagnitudeMask;

    /// <summary>Counts numbers; each pass counts all.</summary>
    public void Count(Tensor tensor)
    {
        var numbers = new FloatElements(tensor);
        numbers.InOrder((start, count) => Count(numbers.Span(start, count)));
    }

    /// <summary>Ends the first pass.</summary>
    /// <param name="rank">The rank sought: 1 for the largest magnitude, at most as many as there are.</param>
    public void Narrow(long rank)
    {
        (_high, _rank) = Find(rank);
        Array.Clear(_counts);
    }

    /// <summary>Ends the second pass.</summary>
    /// <returns>The magnitude, and how many of the numbers that have it are within the rank: those larger fill the rest.</returns>
    public (uint Bits, long Equal) Find()
    {
        (uint low, long equal) = Find(_rank);
        return (_high!.Value << HalfBits | low, equal);
    }

    /// <summary>Both passes over one tensor.</summary>
    public static (uint Bits, long Equal) Find(Tensor tensor, long rank)
    {
        var selection = new MagnitudeSelection();
        selection.Count(tensor);
        selection.Narrow(rank);
        selection.Count(tensor);
        return selection.Find();
    }

    private void Count(ReadOnlySpan<float> numbers)
    {
        if (_high is not { } high)
        {
            foreach (float number in numbers) _counts[Bits(number) >> HalfBits]++;
            return;
        }
        foreach (float number in numbers)
        {
            uint bits = Bits(number);
            if (bits >> HalfBits == high) _counts[(ushort)bits]++;
        }
    }

    private (uint Bin, long Rank) Find(long rank)
    {
        int bin = Bins - 1;
        for (; rank > _counts[bin]; bin--) rank -= _counts[bin];
        return ((uint)bin, rank);
    }
}
