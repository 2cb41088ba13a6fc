using System.Globalization;

namespace WiseFt.Images;

/// <summary>The training augmentation: a random part of the image, of random area and shape. Immutable; vary with <c>with</c>.</summary>
/// <remarks>
/// Source: torchvision's RandomResizedCrop.get_params; the default scale is open_clip's (AugmentationCfg), which the paper's fine-tuning
/// uses. Ten tries: area uniform in scale * width * height, ratio log-uniform; the first that fits is placed uniformly. Then the largest
/// centred crop whose ratio is allowed. Differs from torchvision: the random numbers come from .NET's generator.
/// </remarks>
public sealed record RandomResizedCrop
{
    private const int Tries = 10;

    /// <summary>The smallest part of the area.</summary>
    /// <value>In (0, 1]. Default 0.9: open_clip's, mild, because CLIP is already trained.</value>
    public double ScaleMin { get; init => field = Check.InRange(value, double.Epsilon, 1.0); } = 0.9;

    /// <summary>The largest part of the area.</summary>
    /// <value>In (0, 1], at least <see cref="ScaleMin"/>. Default 1.</value>
    public double ScaleMax { get; init => field = Check.InRange(value, double.Epsilon, 1.0); } = 1.0;

    /// <summary>The smallest ratio of width to height.</summary>
    /// <value>Positive. Default 3/4: torchvision's.</value>
    public double RatioMin { get; init => field = Check.Positive(value); } = 3.0 / 4.0;

    /// <summary>The largest ratio of width to height.</summary>
    /// <value>Positive, at least <see cref="RatioMin"/>. Default 4/3: torchvision's.</value>
    public double RatioMax { get; init => field = Check.Positive(value); } = 4.0 / 3.0;

    /// <summary>Draws a crop.</summary>
    /// <param name="width">The image's, at least 1.</param>
    /// <param name="height">The image's, at least 1.</param>
    /// <param name="random">Where the numbers come from. Not thread-safe unless it is <see cref="Random.Shared"/>.</param>
    /// <returns>A box inside the image, at least 1 x 1.</returns>
    /// <exception cref="InvalidOperationException">A minimum exceeds its maximum.</exception>
    public CropBox Draw(int width, int height, Random random)
    {
        Check.AtLeast(width, 1);
        Check.AtLeast(height, 1);
        ArgumentNullException.ThrowIfNull(random);
        if (!(ScaleMin <= ScaleMax && RatioMin <= RatioMax))
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The scale is [{ScaleMin}, {ScaleMax}] and the ratio [{RatioMin}, {RatioMax}]; " +
                    $"each minimum must not exceed its maximum."));
        for (int i = 0; i < Tries; i++)
        {
            double area = (double)width * height * Uniform(random, ScaleMin, ScaleMax);
            double ratio = Math.Exp(Uniform(random, Math.Log(RatioMin), Math.Log(RatioMax)));
            double w = Math.Round(Math.Sqrt(area * ratio), MidpointRounding.ToEven);
            double h = Math.Round(Math.Sqrt(area / ratio), MidpointRounding.ToEven);
            if (w > 0 && w <= width && h > 0 && h <= height)
            {
                int top = random.Next(height - (int)h + 1);
                return new CropBox(random.Next(width - (int)w + 1), top, (int)w, (int)h);
            }
        }
        return Central(width, height);
    }

    private CropBox Central(int width, int height)
    {
        double ratio = (double)width / height;
        int w = width, h = height;
        if (ratio < RatioMin) h = Math.Clamp((int)Math.Round(width / RatioMin, MidpointRounding.ToEven), 1, height);
        else if (ratio > RatioMax) w = Math.Clamp((int)Math.Round(height * RatioMax, MidpointRounding.ToEven), 1, width);
        return new CropBox((width - w) / 2, (height - h) / 2, w, h);
    }

    private static double Uniform(Random random, double from, double to) => from + (to - from) * random.NextDouble();
}
