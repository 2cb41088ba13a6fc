using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Reports;

/// <summary>Writes results.jsonl: a row an evaluation, with the field names of the reference implementation.</summary>
/// <remarks>mlfoundations/wise-ft src/models/eval.py writes the arguments and <c>"&lt;data set&gt;:&lt;metric&gt;"</c>; src/scatter_plot.py
/// takes the rows whose alpha is a number with a decimal point, so 0 is written as 0.0. Rows of output-space ensembles have
/// <c>ensemble_alpha</c> instead, so that it passes them over.</remarks>
internal static class ResultsFile
{
    public const string WeightSpace = "weight-space";

    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the files call an output-space ensemble.</summary>
    public static string NameOf(OutputEnsemble kind) =>
        kind == OutputEnsemble.Logits ? "output-space-logits" : "output-space-probabilities";

    /// <summary>The output-space ensemble of a name in the files.</summary>
    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    public static OutputEnsemble ParseName(string name) =>
        Enum.GetValues<OutputEnsemble>().Cast<OutputEnsemble?>().FirstOrDefault(k => NameOf(k!.Value) == name)
        ?? throw new InvalidDataException(
            $"'{name}' is no ensemble; expected {WeightSpace} or {string.Join(" or ", Enum.GetValues<OutputEnsemble>().Select(NameOf))}.");

    /// <summary>Adds the rows of a run at the end of the file, in one write.</summary>
    /// <param name="path">The file.</param>
    /// <param name="report">The evaluations.</param>
    /// <param name="statistics">What follows from them.</param>
    /// <param name="options">With the arguments, fields of every row, and the clock.</param>
    /// <param name="run">Tells its rows from those of other runs.</param>
    public static void Append(string path, RobustnessReport report, RobustnessStatistics statistics, ReportOptions options, string run)
    {
        using var lines = new MemoryStream();
        string time = options.Clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        foreach (AlphaResult row in report.Results) WriteRow(lines, row, WeightSpace);
        foreach (EnsembleCurve curve in report.OutputEnsembles)
            foreach (AlphaResult row in curve.Results) WriteRow(lines, row, NameOf(curve.Kind));
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (LacksNewLine(file)) file.WriteByte((byte)'\n');
        file.Write(lines.ToArray());
        file.Flush(flushToDisk: true);

        void WriteRow(Stream stream, AlphaResult row, string ensemble)
        {
            using (var json = new Utf8JsonWriter(stream, _writing))
            {
                json.WriteStartObject();
                json.WriteString("run", run);
                json.WriteString("time", time);
                foreach (var (name, value) in options.Arguments) json.WriteString(name, value);
                json.WriteStartArray("eval_datasets");
                foreach (EvaluatedSet set in report.Sets) json.WriteStringValue(set.Name);
                json.WriteEndArray();
                WriteResults(json, report, statistics, row, ensemble);
                json.WriteEndObject();
            }
            stream.WriteByte((byte)'\n');
        }
    }

    private static void WriteResults(
        Utf8JsonWriter json, RobustnessReport report, RobustnessStatistics statistics, AlphaResult row, string ensemble)
    {
        json.WriteString("ensemble", ensemble);
        json.WritePropertyName(ensemble == WeightSpace ? "alpha" : "ensemble_alpha");
        json.WriteRawValue(row.Alpha.ToString("0.0################", CultureInfo.InvariantCulture));
        for (int s = 0; s < report.Sets.Length; s++)
        {
            EvaluatedSet set = report.Sets[s];
            json.WriteNumber(set.Name + ":top1", row.Accuracies[s]);
            if (set.Count == 0) continue;
            json.WriteNumber(set.Name + ":count", set.Count);
            var interval = ConfidenceInterval.ClopperPearson((int)Math.Round(row.Accuracies[s] * set.Count), set.Count);
            json.WriteNumber(set.Name + ":top1_lower", interval.Lower);
            json.WriteNumber(set.Name + ":top1_upper", interval.Upper);
            if (row.Predictions.Length == report.Sets.Length) WriteMetrics(json, report, row, s);
            if (ensemble == WeightSpace && !statistics.Sets[s].EffectiveRobustness.IsEmpty)
                json.WriteNumber(
                    set.Name + ":effective_robustness", statistics.Sets[s].EffectiveRobustness[report.Results.IndexOf(row)].Rho);
        }
        if (row.AverageShifts is double shifts) json.WriteNumber("average_shifts", shifts);
        json.WriteNumber("average_reference_and_shifts", row.AverageReferenceAndShifts);
    }

    private static void WriteMetrics(Utf8JsonWriter json, RobustnessReport report, AlphaResult row, int s)
    {
        EvaluatedSet set = report.Sets[s];
        ModelStatistics model = ModelStatistics.Measure(row.Alpha, row.Predictions[s], set, report.ClassNamesOf(s).Length);
        json.WriteNumber(set.Name + ":F1-macro_all", model.Metrics.MacroF1);
        json.WriteNumber(set.Name + ":recall-macro_all", model.Metrics.MacroRecall);
        json.WriteNumber(set.Name + ":acc_worst_class", model.WorstClass.Accuracy);
        foreach (ImageGroups groups in set.Groupings)
            json.WriteNumber(
                $"{set.Name}:acc_worst_{groups.Name}", GroupingStatistics.Accuracy(groups, row.Predictions[s], set).Worst.Accuracy);
        if (!set.FrameGroups.IsEmpty)
        {
            FrameRobustness frames = FrameRobustness.Measure(row.Predictions[s], set, report.ClassNamesOf(s));
            json.WriteNumber(set.Name + ":pm0", frames.Pm0);
            json.WriteNumber(set.Name + ":pmk", frames.PmK);
        }
        json.WriteNumber(set.Name + ":ece", model.Calibration.ExpectedCalibrationError);
        json.WriteNumber(set.Name + ":nll", model.Calibration.NegativeLogLikelihood);
    }

    /// <summary>Goes to the end; whether the last line was cut short.</summary>
    private static bool LacksNewLine(FileStream file)
    {
        if (file.Length == 0) return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }
}
