using System.Globalization;
using System.Runtime.InteropServices;

namespace WiseFt.Benchmarks;

/// <summary>What the figures were measured on.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Processors">How many of them this process may use.</param>
/// <param name="System">Operating system and runtime.</param>
/// <param name="LoadAverage">Of the last minute before the run: how many threads of the whole machine wanted to run;
/// null where it is unknown.</param>
/// <param name="Model">The architecture that was measured.</param>
/// <param name="Started">When, UTC.</param>
internal sealed record Machine(string Processor, int Processors, string System, double? LoadAverage, string Model, DateTime Started)
{
    private const string CpuInfo = "/proc/cpuinfo", LoadFile = "/proc/loadavg";

    public static Machine Describe(Settings settings) => new(
        ProcessorName(), Environment.ProcessorCount, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
        Load(), settings.Model, DateTime.UtcNow);

    /// <summary>The load average of the last minute.</summary>
    public static double? Load() =>
        File.Exists(LoadFile) ? double.Parse(File.ReadAllText(LoadFile).Split(' ')[0], CultureInfo.InvariantCulture) : null;

    public override string ToString() => FormattableString.Invariant(
        $"{Processor}, {Processors} processors; {System}; ViT-{Model.ToUpperInvariant()}; load average {LoadAverage:0.0} before the run");

    private static string ProcessorName() => File.Exists(CpuInfo)
        ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString()
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
}
