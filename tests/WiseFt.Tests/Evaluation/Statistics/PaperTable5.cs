namespace WiseFt.Tests;

/// <summary>WiSE-FT (arXiv 2109.01903), table 5: CLIP ViT-B/16, end to end; accuracies in percent at alpha 0, 0.1, ..., 1.</summary>
internal static class PaperTable5
{
    public static readonly double[] Alphas = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    public static readonly string[] Shifts = ["imagenet-v2", "imagenet-r", "imagenet-sketch", "objectnet", "imagenet-a"];

    // Columns: ImageNet, V2, R, Sketch, ObjectNet, A.
    private static readonly double[][] _rows =
    [
        [68.3, 61.9, 77.6, 48.2, 53.0, 49.8],
        [72.9, 65.7, 79.4, 50.8, 55.7, 52.5],
        [76.4, 68.7, 80.1, 52.5, 57.1, 54.2],
        [78.9, 70.6, 80.1, 53.6, 57.5, 54.6],
        [80.5, 72.1, 79.6, 54.1, 57.7, 53.8],
        [81.7, 72.8, 78.7, 53.9, 57.3, 52.2],
        [82.4, 72.9, 77.2, 53.4, 56.2, 50.0],
        [82.6, 73.2, 75.2, 52.4, 55.0, 47.4],
        [82.5, 72.8, 72.7, 51.0, 53.5, 44.6],
        [82.1, 72.0, 69.5, 48.9, 51.7, 40.9],
        [81.3, 70.9, 65.6, 46.3, 49.6, 36.7],
    ];

    /// <summary>One row as fractions: ImageNet, then the five shifts.</summary>
    public static double[] Row(double alpha) => [.. _rows[Array.IndexOf(Alphas, alpha)].Select(v => v / 100)];

    /// <summary>One column as fractions: 0 is ImageNet, 1 to 5 are the shifts.</summary>
    public static double[] Column(int column) => [.. _rows.Select(r => r[column] / 100)];
}
