namespace WiseFt.Models;

/// <summary>How many bottleneck blocks each of the four stages of a ModifiedResNet has; (3, 4, 6, 3) in RN50.</summary>
/// <param name="First">At the stem's resolution R / 4.</param>
/// <param name="Second">At R / 8.</param>
/// <param name="Third">At R / 16.</param>
/// <param name="Fourth">At R / 32.</param>
public sealed record ResNetStages(int First, int Second, int Third, int Fourth)
{
    private const int MaximumBlocks = 1000;

    /// <summary>Blocks at the stem's resolution R / 4.</summary>
    public int First { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(First, 1, MaximumBlocks);

    /// <summary>Blocks at R / 8.</summary>
    public int Second { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(Second, 1, MaximumBlocks);

    /// <summary>Blocks at R / 16.</summary>
    public int Third { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(Third, 1, MaximumBlocks);

    /// <summary>Blocks at R / 32.</summary>
    public int Fourth { get; init => field = Check.InRange(value, 1, MaximumBlocks); } = Check.InRange(Fourth, 1, MaximumBlocks);

    /// <summary>The four numbers, in order.</summary>
    internal int[] Counts => [First, Second, Third, Fourth];
}
