using System.Diagnostics;
using System.Globalization;

namespace WiseFt.ML.Tests;

/// <summary>Loads a saved model in a fresh process, a program that references the package and registers nothing.</summary>
internal static class LoadProbe
{
    /// <summary>What the model says of an image there.</summary>
    /// <param name="model">The saved model.</param>
    /// <param name="image">The image file.</param>
    public static (string PredictedLabel, float[] Score) Run(string model, string image)
    {
        string folder = AppContext.BaseDirectory.Replace("WiseFt.ML.Tests", "WiseFt.ML.LoadProbe", StringComparison.Ordinal);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, "WiseFt.ML.LoadProbe.dll"), model, image])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors.Result);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (lines[0], [.. lines.Skip(1).Select(line => float.Parse(line, CultureInfo.InvariantCulture))]);
    }
}
