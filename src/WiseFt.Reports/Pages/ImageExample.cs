using System.Collections.Immutable;
using SkiaSharp;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>An image with what the models said about it.</summary>
/// <param name="Set">Its test set.</param>
/// <param name="Image">Its name: its path, where it came from a file.</param>
/// <param name="Class">Its class.</param>
/// <param name="Said">What each model said, and with what probability.</param>
internal sealed record ImageExample(
    string Set, string Image, string Class, ImmutableArray<(string Model, string Class, float Confidence, bool IsRight)> Said)
{
    private const int Side = 112;
    private const long MostPixels = 100_000_000;

    /// <summary>Images that the mixture gets right and an end point wrong, those first on which the mixture is surer of the class than
    /// the end point that misses it.</summary>
    public static ImmutableArray<ImageExample> Right(RobustnessReport report, RobustnessStatistics statistics, int most)
    {
        double alpha = statistics.MixtureAlpha;
        if (!report.HasPredictions || alpha is 0 or 1 || report.Find(0) is not { } zeroShot || report.Find(1) is not { } fineTuned)
            return [];
        AlphaResult mixture = report.At(alpha);
        return Choose(report, alpha, most, (s, i) =>
            !IsRight(report, mixture, s, i) || (IsRight(report, zeroShot, s, i) && IsRight(report, fineTuned, s, i))
                ? null
                : mixture.Predictions[s].Confidences[i] - Math.Max(Missed(zeroShot, s, i), Missed(fineTuned, s, i)));

        float Missed(AlphaResult r, int s, int i) => IsRight(report, r, s, i) ? 0 : r.Predictions[s].LabelProbabilities[i];
    }

    /// <summary>Images that the mixture gets wrong, those first of which it is surest.</summary>
    public static ImmutableArray<ImageExample> Wrong(RobustnessReport report, RobustnessStatistics statistics, int most)
    {
        if (!report.HasPredictions) return [];
        AlphaResult mixture = report.At(statistics.MixtureAlpha);
        return Choose(report, statistics.MixtureAlpha, most, (s, i) =>
            IsRight(report, mixture, s, i) ? null : mixture.Predictions[s].Confidences[i]);
    }

    /// <summary>Images of the highest scores: of each class one, from every test set in turn. Without a score an image is none.</summary>
    private static ImmutableArray<ImageExample> Choose(RobustnessReport report, double mixture, int most, Func<int, int, float?> score)
    {
        var queues = report.Sets.Select((set, s) => new Queue<int>(Enumerable.Range(0, set.Count)
            .Select(i => (Image: i, Score: score(s, i))).Where(e => e.Score is not null)
            .OrderByDescending(e => e.Score).Select(e => e.Image).DistinctBy(i => set.Labels[i]))).ToArray();
        var chosen = new List<(int Set, int Image)>();
        while (chosen.Count < most && queues.Any(q => q.Count > 0))
            for (int s = 0; s < queues.Length && chosen.Count < most; s++)
                if (queues[s].TryDequeue(out int image)) chosen.Add((s, image));
        AlphaResult[] models = [.. new[] { 0, mixture, 1 }.Distinct().Select(report.Find).OfType<AlphaResult>()];
        return [.. chosen.OrderBy(c => c.Set).Select(c => Example(report, models, c.Set, c.Image))];
    }

    private static bool IsRight(RobustnessReport report, AlphaResult r, int s, int i) =>
        r.Predictions[s].Classes[i] == report.Sets[s].Labels[i];

    private static ImageExample Example(RobustnessReport report, AlphaResult[] models, int s, int i) => new(
        report.Sets[s].Name, report.Sets[s].Images[i], report.ClassNamesOf(s)[report.Sets[s].Labels[i]],
        [.. models.Select(r => (
            Text.Model(r.Alpha), report.ClassNamesOf(s)[r.Predictions[s].Classes[i]], r.Predictions[s].Confidences[i],
            IsRight(report, r, s, i)))]);

    /// <summary>A small picture as a data address; null where the image is no file that can be read any more.</summary>
    public string? Thumbnail()
    {
        if (!File.Exists(Image)) return null;
        using SKCodec? codec = SKCodec.Create(Image);
        if (codec is null || (long)codec.Info.Width * codec.Info.Height > MostPixels) return null;
        using SKBitmap? full = SKBitmap.Decode(codec);
        if (full is null) return null;
        double scale = Math.Min(1, (double)Side / Math.Max(full.Width, full.Height));
        var size = new SKSizeI(Math.Max(1, (int)Math.Round(full.Width * scale)), Math.Max(1, (int)Math.Round(full.Height * scale)));
        using var surface = SKSurface.Create(new SKImageInfo(size.Width, size.Height));
        surface.Canvas.Clear(SKColors.White);
        using var paint = new SKPaint { FilterQuality = SKFilterQuality.High, IsAntialias = true };
        surface.Canvas.DrawBitmap(full, new SKRect(0, 0, size.Width, size.Height), paint);
        using SKImage small = surface.Snapshot();
        using SKData data = small.Encode(SKEncodedImageFormat.Jpeg, 85);
        return "data:image/jpeg;base64," + Convert.ToBase64String(data.AsSpan());
    }
}
