using CsCheck;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Ranks of magnitudes, against sorting.</summary>
public sealed class MagnitudeRanksTests
{
    /// <summary>Any numbers, equal ones among them.</summary>
    private static readonly Gen<float[]> _numbers = Gen.OneOf(
        Gen.Int[-3, 3].Select(i => i / 4f), Gen.Float.Where(float.IsFinite), Gen.Const(-0f), Gen.Const(float.Epsilon)).Array[1, 40];

    [Fact]
    public void Keep_OfAnyNumbers_KeepsThoseThatSortingPutsThere() => Gen.Select(_numbers, Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
        (numbers, from, part) =>
        {
            int dropped = (int)(from * numbers.Length), kept = (int)(part * (numbers.Length - dropped));
            using Tensor ranked = tensor(numbers);
            MagnitudeRanks.Keep(ranked, dropped, kept);
            MergeRun.Numbers(ranked).Should().Equal(Sorted(numbers, dropped, kept));
        },
        threads: 1);

    [Theory, InlineData(0, 1), InlineData(70_000, 60_000), InlineData(1, 150_001), InlineData(150_002, 1)]
    public void Keep_OfManyNumbers_KeepsThoseThatSortingPutsThere(int dropped, int kept)
    {
        using var generator = new Generator(3);
        using Tensor ranked = randn(150_003, generator: generator);
        float[] numbers = MergeRun.Numbers(ranked);
        MagnitudeRanks.Keep(ranked, dropped, kept);
        MergeRun.Numbers(ranked).Should().Equal(Sorted(numbers, dropped, kept));
    }

    [Theory, InlineData(0.5, 7, 3), InlineData(0, 7, 1), InlineData(1, 7, 7), InlineData(0.1, 3, 1)]
    public void Count_OfAPart_IsRoundedDownToOneAtLeast(double part, long all, long expected) =>
        MagnitudeRanks.Count(part, all).Should().Be(expected);

    private static float[] Sorted(float[] numbers, int dropped, int kept)
    {
        HashSet<int> places =
            [.. Enumerable.Range(0, numbers.Length).OrderByDescending(i => Math.Abs(numbers[i])).Skip(dropped).Take(kept)];
        return [.. numbers.Select((x, i) => places.Contains(i) ? x : 0)];
    }
}
