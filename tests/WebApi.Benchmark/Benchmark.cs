// Images a second of the example's web service at saturation, beside the same model's batched Transform;
// then its answer times at half that load.
//   dotnet run -c Release --project tests/WebApi.Benchmark -- MODEL.zip IMAGES_FOLDER [SECONDS] [CLIENTS]
// Server, clients and Transform take turns on the same processors, Transform and then the service with its clients, for 11 rounds.
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WebApi.Benchmark;

internal static class Benchmark
{
    private const int Rounds = 11;
    private const double HalfLoadSeconds = 30;

    public static async Task Main(string[] args)
    {
        if (args.Length < 2) throw new ArgumentException("Expected MODEL.zip IMAGES_FOLDER [SECONDS] [CLIENTS].");
        double seconds = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 2;
        int clients = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 128;
        string[] paths = [.. Directory.EnumerateFiles(args[1], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        byte[][] images = [.. paths.Select(File.ReadAllBytes)];

        var mlContext = new MLContext();
        using var model = (TransformerChain<ITransformer>)mlContext.Model.Load(args[0], out _);
        WiseFtTransformer mixture = WiseFtTransformer.FindIn(model);
        using var factory = new Service(args[0]);
        factory.UseKestrel(0);
        factory.StartServer();
        using HttpClient client = factory.CreateClient();
        Console.WriteLine(
            FormattableString.Invariant($"{images.Length} images, {clients} clients, {Environment.ProcessorCount} processors"));
        var ratios = new List<(double ByTime, double ByProcessorTime)>();
        var served = new List<double>();
        for (int round = 1; round <= Rounds; round++)
        {
            Rate transform = await Measure(() => Task.FromResult(Transform())), service = await Measure(Serve);
            served.Add(service.PerSecond);
            ratios.Add((service.PerSecond / transform.PerSecond, service.PerProcessorSecond / transform.PerProcessorSecond));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"Transform {transform}   service {service}   ratio {ratios[^1].ByTime:F2}, " +
                    $"by processor time {ratios[^1].ByProcessorTime:F2}"));
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Median ratio {Median(ratios.Select(r => r.ByTime)):F2}, " +
                $"by processor time {Median(ratios.Select(r => r.ByProcessorTime)):F2}"));
        double[] latencies = await AtRate(Median(served) / 2);
        double half = Quantile(latencies, 0.5), slowest = Quantile(latencies, 0.99);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"At half that load, {latencies.Length} requests at random times: " +
                $"median {half * 1e3:F1} ms, 99 % within {slowest * 1e3:F1} ms, {slowest / half:F1} times the median"));

        long Transform()
        {
            IDataView rows = mlContext.Data.LoadFromEnumerable(paths.Select(path => new Row { ImagePath = path }));
            long done = 0, start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
                done += mixture.Transform(rows).GetColumn<float[]>("Score").Count();
            return done;
        }

        async Task<long> Serve()
        {
            long done = 0, next = 0, start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
            {
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
                {
                    await Ask(images[Interlocked.Increment(ref next) % images.Length]);
                    Interlocked.Increment(ref done);
                }
            })));
            return done;
        }

        // Requests come when they come (exponential gaps), whether or not earlier ones are answered:
        // a client that waits would hide slow answers.
        async Task<double[]> AtRate(double perSecond)
        {
            var random = new Random(1);
            var answers = new List<Task<double>>();
            long start = Stopwatch.GetTimestamp();
            for (double at = 0; at < HalfLoadSeconds; at += -Math.Log(1 - random.NextDouble()) / perSecond)
            {
                TimeSpan wait = TimeSpan.FromSeconds(at) - Stopwatch.GetElapsedTime(start);
                if (wait > TimeSpan.Zero) await Task.Delay(wait);
                byte[] image = images[answers.Count % images.Length];
                answers.Add(Task.Run(() => Ask(image)));
            }
            return await Task.WhenAll(answers);
        }

        async Task<double> Ask(byte[] image)
        {
            long start = Stopwatch.GetTimestamp();
            using var content = new ByteArrayContent(image);
            using HttpResponseMessage response = await client.PostAsync("/predict", content);
            response.EnsureSuccessStatusCode();
            await response.Content.ReadAsByteArrayAsync();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static double Quantile(double[] values, double share) => values.Order().ElementAt((int)(share * (values.Length - 1)));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static async Task<Rate> Measure(Func<Task<long>> work)
    {
        using var process = Process.GetCurrentProcess();
        (long start, TimeSpan before) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        long images = await work();
        process.Refresh();
        return new Rate(images / Stopwatch.GetElapsedTime(start).TotalSeconds, images / (process.TotalProcessorTime - before).TotalSeconds);
    }

    /// <summary>Images a second, and a second of processor time: the second is steadier where other programs run.</summary>
    private sealed record Rate(double PerSecond, double PerProcessorSecond)
    {
        public override string ToString() =>
            FormattableString.Invariant($"{PerSecond:F0} images/s, {PerProcessorSecond:F0} a processor second");
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class Service(string model) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) =>
            builder.UseSetting("Model", Path.GetFullPath(model)).UseContentRoot(AppContext.BaseDirectory);
    }
}
