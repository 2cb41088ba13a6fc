using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.Tests;

namespace WiseFt.Benchmarks;

/// <summary>The largest memory of processes that score few and many rows with the small built-in model.</summary>
internal static class PeakMemory
{
    public const string ChildCommand = "peak-memory-of";

    private const int FewRows = 1000;
    private const int MostRepetitions = 3;

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        int many = inputs.Settings.Rows;
        var pairs = Enumerable.Range(0, Math.Min(MostRepetitions, inputs.Settings.Repetitions)).Select(_ => (Peak(many), Peak(FewRows)));
        yield return new Measurement(FormattableString.Invariant($"{many:N0} rows : {FewRows:N0} rows, starter model"), "MB", [.. pairs]);
    }

    /// <summary>Scores rows and prints this process's peak memory in bytes: what a child process does.</summary>
    public static int Score(int rows)
    {
        var ml = new MLContext(seed: 1);
        string[] paths = [.. LabelledImages.FromFolder(Fixtures.Data("emoji-shift/reference/test")).Images.Select(image => image.Name)];
        IDataView data = ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, rows).Select(i => new ImageRow { ImagePath = paths[i % paths.Length] }));
        using var model = ml.Transforms.ClipZeroShot(
            Fixtures.Data("starter-clip"), labelColumnName: null, templates: PromptTemplates.Simple,
            classNames: ["bird", "boat", "book"]).Fit(data);
        int scored = model.Transform(data).GetColumn<float[]>("Score").Count();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(process.PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
        return scored == rows ? 0 : 1;
    }

    /// <summary>Peak memory of a child process, in MB.</summary>
    private static double Peak(int rows) => double.Parse(
        Child.Run(Child.OfThisProgram(ChildCommand, rows.ToString(CultureInfo.InvariantCulture))), CultureInfo.InvariantCulture) / 1e6;
}
