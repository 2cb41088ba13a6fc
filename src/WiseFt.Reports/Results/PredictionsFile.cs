using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using WiseFt.Evaluation;
using WiseFt.Files;
using WiseFt.Images;

namespace WiseFt.Reports;

/// <summary>predictions.jsonl: the latest run's predictions for every image, so that statistics and figures need no model.</summary>
/// <remarks>The first line names the run and the classes, then comes a line a test set,
/// then a line for each ensemble, alpha and test set.</remarks>
internal static class PredictionsFile
{
    /// <summary>Its name, beside a results.jsonl.</summary>
    public const string Name = "predictions.jsonl";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(string path, RobustnessReport report, string run) => AtomicFile.Write(path, stream =>
    {
        WriteLine(stream, new Header(run, report.ClassNames, report.Sets.Length));
        for (int s = 0; s < report.Sets.Length; s++)
        {
            EndPointDivergence? divergence = s < report.Divergences.Length ? report.Divergences[s] : null;
            WriteLine(stream, new Set(
                report.Sets[s].Name, report.Sets[s].Labels, report.Sets[s].Images, divergence?.MeanKullbackLeibler,
                divergence?.CkaComplement)
            {
                ClassNames = report.Sets[s].ClassNames.IsEmpty ? null : report.Sets[s].ClassNames,
                Groups = report.Sets[s].Groupings.IsEmpty
                    ? null
                    : [.. report.Sets[s].Groupings.Select(g => new Groups(g.Name, g.Names, g.Indices))],
                FrameGroups = report.Sets[s].FrameGroups.IsEmpty ? null : report.Sets[s].FrameGroups,
            });
        }
        WriteCurve(stream, ResultsFile.WeightSpace, report.Results, report.Sets);
        foreach (EnsembleCurve curve in report.OutputEnsembles)
            WriteCurve(stream, ResultsFile.NameOf(curve.Kind), curve.Results, report.Sets);
    });

    /// <summary>Reads the predictions of a run; null if the file is another run's.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static RobustnessReport? Read(string path, string run)
    {
        using var lines = new StreamReader(path);
        int number = 0;
        Header header = Next<Header>();
        if (header.Run != run) return null;
        Set[] sets = [.. Enumerable.Range(0, Math.Max(1, header.Sets)).Select(_ => Next<Set>())];
        var rows = new List<Row>();
        while (!lines.EndOfStream) rows.Add(Next<Row>());
        try
        {
            ImmutableArray<EvaluatedSet> evaluated = [.. sets.Select(s => s.ToEvaluated())];
            foreach (EvaluatedSet set in evaluated)
                FrameGroup.Validate(
                    set.FrameGroups, set.ClassNames.IsEmpty ? header.ClassNames : set.ClassNames, $"The test set '{set.Name}'");
            return new RobustnessReport
            {
                Sets = evaluated,
                ClassNames = header.ClassNames,
                Results = Curve(rows, ResultsFile.WeightSpace, evaluated),
                Divergences = [.. sets.Where(s => s.MeanKullbackLeibler is not null)
                    .Select(s => new EndPointDivergence(s.MeanKullbackLeibler!.Value, s.CkaComplement))],
                OutputEnsembles = [.. rows.Select(r => r.Ensemble).Where(e => e != ResultsFile.WeightSpace).Distinct()
                    .Select(e => new EnsembleCurve(ResultsFile.ParseName(e), Curve(rows, e, evaluated)))],
            };
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: the predictions do not fit together ({e.Message}). Run the sweep again.", e);
        }

        T Next<T>()
        {
            string place = $"{path}, line {++number}";
            try
            {
                return JsonSerializer.Deserialize<T>(lines.ReadLine() ?? "", _json)!;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{place}: the file of predictions is damaged ({e.Message}). Run the sweep again.", e);
            }
        }
    }

    private static void WriteCurve(Stream stream, string ensemble, ImmutableArray<AlphaResult> results, ImmutableArray<EvaluatedSet> sets)
    {
        foreach (AlphaResult result in results)
            for (int s = 0; s < sets.Length; s++)
            {
                Predictions p = result.Predictions[s];
                WriteLine(stream, new Row(ensemble, result.Alpha, sets[s].Name, p.Classes, p.Confidences, p.Margins, p.LabelProbabilities));
            }
    }

    private static void WriteLine<T>(Stream stream, T line)
    {
        JsonSerializer.Serialize(stream, line, _json);
        stream.WriteByte((byte)'\n');
    }

    private static ImmutableArray<AlphaResult> Curve(List<Row> rows, string ensemble, ImmutableArray<EvaluatedSet> sets) =>
        [.. rows.Where(r => r.Ensemble == ensemble).GroupBy(r => r.Alpha).OrderBy(g => g.Key).Select(g => new AlphaResult(
            g.Key, sets, [.. sets.Select(set => g.Single(r => r.Dataset == set.Name))
                .Select(r => new Predictions(r.Classes, r.Confidences, r.Margins, r.LabelProbabilities))]))];

    private sealed record Header(string Run, ImmutableArray<string> ClassNames, int Sets);

    private sealed record Set(
        string Dataset, ImmutableArray<int> Labels, ImmutableArray<string> Images, double? MeanKullbackLeibler = null,
        double? CkaComplement = null)
    {
        /// <summary>The set's own classes; absent where they are the header's.</summary>
        public IReadOnlyList<string>? ClassNames { get; init; }

        public IReadOnlyList<Groups>? Groups { get; init; }

        public IReadOnlyList<FrameGroup>? FrameGroups { get; init; }

        public EvaluatedSet ToEvaluated() => new(Dataset, Labels, Images)
        {
            ClassNames = [.. ClassNames ?? []],
            Groupings = [.. (Groups ?? []).Select(g => new ImageGroups(g.Name, g.Names, g.Indices))],
            FrameGroups = [.. FrameGroups ?? []],
        };
    }

    private sealed record Groups(string Name, ImmutableArray<string> Names, ImmutableArray<int> Indices);

    private sealed record Row(
        string Ensemble, double Alpha, string Dataset, ImmutableArray<int> Classes, ImmutableArray<float> Confidences,
        ImmutableArray<float> Margins, ImmutableArray<float> LabelProbabilities);
}
