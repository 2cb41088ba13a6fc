using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>Parity with OpenAI's preprocessing (Pillow 13, torchvision), by tests/Fixtures/scripts/make.py.</summary>
public sealed class PixelParityTests
{
    public static TheoryData<string, int> Cases()
    {
        TheoryData<string, int> cases = [];
        foreach (string[] parts in ExpectedPixels.Names.Select(name => name.Split('@')))
            cases.Add(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void ToPixels_OfAFixture_AgreesWithTheReference(string image, int size)
    {
        int tolerance = image.StartsWith("cmyk", StringComparison.Ordinal) ? 3 : image.EndsWith(".jpg", StringComparison.Ordinal) ? 2 : 0;

        byte[] pixels = new ClipPreprocessor { Resolution = size }
            .ToPixels(ImageSource.FromFile(Fixtures.Path($"images/{image}")).Decode());

        byte[] expected = ExpectedPixels.Of($"{image}@{size}");
        pixels.Should().HaveSameCount(expected);
        int worst = 0;
        for (int i = 0; i < pixels.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(pixels[i] - expected[i]));
        }
        worst.Should().BeLessThanOrEqualTo(tolerance);
    }
}
