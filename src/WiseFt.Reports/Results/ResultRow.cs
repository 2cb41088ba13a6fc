using System.Collections.Immutable;
using System.Text.Json;

namespace WiseFt.Reports;

/// <summary>What a line of results.jsonl says about one evaluation.</summary>
/// <param name="Run">Which run it belongs to; null in files of the reference implementation.</param>
/// <param name="Ensemble">What kind of ensemble was evaluated.</param>
/// <param name="Alpha">Mixing coefficient; null in rows written while training, where it is a list.</param>
/// <param name="EnsembleAlpha">Mixing coefficient of an output-space ensemble.</param>
/// <param name="Names">The data sets in order.</param>
/// <param name="Accuracies">Top-1 accuracy of each data set.</param>
/// <param name="Counts">Images of each data set, where they are known.</param>
internal sealed record ResultRow(
    string? Run, string Ensemble, double? Alpha, double? EnsembleAlpha, IReadOnlyList<string> Names,
    IReadOnlyDictionary<string, double> Accuracies, IReadOnlyDictionary<string, int> Counts)
{
    /// <summary>The fields that are text, but for the run and the kind of ensemble: the time and the arguments, in order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Texts { get; private init; } = [];

    /// <summary>Reads all rows.</summary>
    /// <exception cref="InvalidDataException">A line is no JSON object or no UTF-8, or an accuracy is no fraction.</exception>
    public static IEnumerable<ResultRow> ReadAll(string path)
    {
        string[] lines = Utf8Text.ReadLines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            yield return Parse(lines[i], $"{path}, line {i + 1}");
        }
    }

    private static ResultRow Parse(string line, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            JsonElement row = document.RootElement;
            Dictionary<string, double> accuracies = Metrics(row, ":top1")
                .ToDictionary(m => m.Name, m => Fraction(m.Value, m.Name, place), StringComparer.Ordinal);
            Dictionary<string, int> counts = Metrics(row, ":count")
                .ToDictionary(m => m.Name, m => Count(m.Value, m.Name, place), StringComparer.Ordinal);
            string[] listed = row.TryGetProperty("eval_datasets", out JsonElement sets) && sets.ValueKind == JsonValueKind.Array
                ? [.. sets.EnumerateArray().Select(s =>
                    s.GetString() ?? throw new InvalidDataException($"{place}: eval_datasets has a null; expected names of data sets."))]
                : [];
            double? alpha = Number(row, "alpha", place), ensembleAlpha = Number(row, "ensemble_alpha", place);
            if (accuracies.Count == 0) (alpha, ensembleAlpha) = (null, null);
            return new ResultRow(
                Text(row, "run"), Text(row, "ensemble") ?? ResultsFile.WeightSpace, alpha, ensembleAlpha,
                [.. listed.Where(accuracies.ContainsKey).Concat(accuracies.Keys).Distinct(StringComparer.Ordinal)], accuracies, counts)
            {
                Texts = [.. row.EnumerateObject()
                    .Where(p => p.Value.ValueKind == JsonValueKind.String && p.Name is not ("run" or "ensemble"))
                    .Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!))],
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException(
                $"{place}: no result ({e.Message}). Expected one JSON object a line, as `wiseft sweep --output` writes them.", e);
        }
    }

    private static IEnumerable<(string Name, JsonElement Value)> Metrics(JsonElement row, string suffix) => row.EnumerateObject()
        .Where(p => p.Name.EndsWith(suffix, StringComparison.Ordinal)).Select(p => (p.Name[..^suffix.Length], p.Value));

    private static string? Text(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static double? Number(JsonElement row, string name, string place) =>
        row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? Fraction(value, name, place) : null;

    private static int Count(JsonElement value, string name, string place) => value.TryGetInt32(out int number) && number >= 0
        ? number : throw new InvalidDataException($"{place}: the count of {name} is {value}; expected a number of images.");

    private static double Fraction(JsonElement value, string name, string place) =>
        value.GetDouble() is var number && number is >= 0 and <= 1
        ? number
        : throw new InvalidDataException(FormattableString.Invariant($"{place}: {name} is {number}; expected a fraction in [0, 1]."));
}
