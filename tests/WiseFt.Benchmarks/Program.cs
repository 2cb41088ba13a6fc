// Speed and memory of the library, each figure beside the bound that it is held to, measured in the same run.
//   dotnet run -c Release --project tests/WiseFt.Benchmarks -- list
//   dotnet run -c Release --project tests/WiseFt.Benchmarks -- all [--json FILE] [--repetitions 5] [--model b-32|b-16|l-14] [--images 64]
//   [--rows 20000] [--classes 50]
//   dotnet run -c Release --project tests/WiseFt.Benchmarks -- kernels [BenchmarkDotNet's options]
//   dotnet run -c Release --project tests/WiseFt.Benchmarks -- NAME ... [the same options]
using WiseFt;
using WiseFt.Benchmarks;

if (args is [PeakMemory.ChildCommand, var rows])
    return PeakMemory.Score(int.Parse(rows, System.Globalization.CultureInfo.InvariantCulture));

if (args is [ColdStart.ChildCommand, var weights]) return ColdStart.Load(weights);
if (args is [MergingFiles.ChildCommand, .. var words]) return MergingFiles.Peak(words);
if (args is [Neighbour.ChildCommand]) return Neighbour.Run();

if (args is ["kernels", .. var options]) return KernelRun.Start(options);

NativeAllocator.KeepFreedMemory(); // as the command line does; MALLOC_TRIM_THRESHOLD_ in the environment leaves it to the system
var settings = Settings.Parse(args);
Benchmark[] chosen = settings.Choose(Catalogue.All);
if (settings.List)
{
    foreach (Benchmark benchmark in chosen) Console.WriteLine($"{benchmark.Name,-20} {benchmark.Question} [{benchmark.Target}]");
    return 0;
}
using var inputs = new Inputs(settings);
var report = new Report(Machine.Describe(settings));
foreach (Benchmark benchmark in chosen)
    foreach (Measurement measurement in benchmark.Run(inputs))
    {
        report.Add(benchmark, measurement);
        Console.WriteLine(Report.Line(report.Rows[^1]));
        if (settings.JsonPath is { } path) report.Save(path);
    }
Console.WriteLine();
Console.WriteLine(report);
return 0;
