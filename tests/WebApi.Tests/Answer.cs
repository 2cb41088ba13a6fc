using System.Net.Http.Json;
using WiseFt.ML;

namespace WiseFt.WebApi.Tests;

/// <summary>A prediction as a client reads it.</summary>
public sealed record Answer(string PredictedLabel, ClassProbability[] Scores, double Alpha)
{
    public static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Answer>())!;

    /// <summary>Largest difference from scores in the order of the classes.</summary>
    public double DifferenceFrom(float[] expected, IReadOnlyList<string> classNames) =>
        Scores.Max(s => Math.Abs(s.Probability - expected[classNames.ToList().IndexOf(s.Label)]));
}
