using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Keeps numbers of a tensor by the rank of their magnitude: largest first, and of equal ones the earlier first.</summary>
internal static class MagnitudeRanks
{
    /// <summary>int(part * all) of the numbers, at least one of them.</summary>
    public static long Count(double part, long all) => Math.Max(1, (long)(part * all));

    /// <summary>Makes all numbers zero but those of consecutive ranks.</summary>
    /// <param name="tensor">Float32, contiguous, on the CPU; it is changed.</param>
    /// <param name="dropped">How many of the largest are made zero.</param>
    /// <param name="kept">How many of those after them are kept.</param>
    public static void Keep(Tensor tensor, long dropped, long kept)
    {
        var numbers = new FloatElements(tensor);
        if (kept == numbers.Length) return;
        Largest above = Largest.Of(tensor, dropped), within = Largest.Of(tensor, dropped + kept);
        numbers.InOrder((start, count) =>
        {
            foreach (ref float number in numbers.Span(start, count))
            {
                uint bits = MagnitudeSelection.Bits(number);
                // Both count the equal ones, so both are asked.
                if (above.Has(bits) | !within.Has(bits)) number = 0;
            }
        });
    }

    /// <summary>So many of the largest numbers, which are asked for in the tensor's order.</summary>
    private struct Largest
    {
        private uint _least;
        private long _equal;

        public static Largest Of(Tensor tensor, long count)
        {
            if (count == 0) return new Largest { _least = uint.MaxValue };
            (uint least, long equal) = MagnitudeSelection.Find(tensor, count);
            return new Largest { _least = least, _equal = equal };
        }

        public bool Has(uint bits) => bits > _least || (bits == _least && _equal-- > 0);
    }
}
