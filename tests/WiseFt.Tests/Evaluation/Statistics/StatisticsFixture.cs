using System.Text.Json;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

/// <summary>tests/Fixtures/statistics.json: inputs and values from SciPy and scikit-learn.</summary>
internal static class StatisticsFixture
{
    public const double Tolerance = 1e-9;
    public const int ClassCount = 7;

    private static readonly JsonElement _root = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("statistics.json"))).RootElement;

    public static int[] Labels { get; } = Property("labels").Deserialize<int[]>()!;

    public static int[] Groups { get; } = Property("groups").Deserialize<int[]>()!;

    public static SampleMatrix LogitsA { get; } = Matrix("logits_a");

    public static SampleMatrix LogitsB { get; } = Matrix("logits_b");

    public static SampleMatrix FeaturesA { get; } = Matrix("features_a");

    public static SampleMatrix FeaturesB { get; } = Matrix("features_b");

    public static JsonElement Property(params string[] path) => path.Aggregate(_root, (element, name) => element.GetProperty(name));

    public static double Value(params string[] path) => Property(path).GetDouble();

    private static SampleMatrix Matrix(string name)
    {
        double[][] rows = Property(name).Deserialize<double[][]>()!;
        return new SampleMatrix(rows.SelectMany(row => row).ToArray(), rows[0].Length);
    }
}
