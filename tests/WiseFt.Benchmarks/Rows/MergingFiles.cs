using System.Diagnostics;
using System.Globalization;
using WiseFt.Files;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>Merging files beside reading and writing the same bytes, and the memory that it takes.</summary>
internal static class MergingFiles
{
    public const string ChildCommand = "peak-memory-of-merge";

    private const int PieceLength = 4 << 20;

    private static readonly (string Name, MergeMethod Method, int Models, MergeParameters Parameters)[] _methods =
    [
        ("linear", MergeMethod.Linear, 2, new MergeParameters()),
        ("slerp", MergeMethod.Slerp, 1, new MergeParameters { T = 0.3 }),
        ("task arithmetic", MergeMethod.TaskArithmetic, 2, new MergeParameters { Lambda = 0.4 }),
        ("Model Stock", MergeMethod.ModelStock, 2, new MergeParameters()),
    ];

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        string[] files = Files(inputs, inputs.Settings.Model);
        string output = inputs.File("merged.safetensors");
        foreach (var (name, method, models, parameters) in _methods)
        {
            bool hasBase = method != MergeMethod.Linear;
            string[] read = [.. hasBase ? files.Take(1) : [], .. files.Skip(1).Take(models)];
            MergeRecipe recipe = Recipe(method, hasBase ? files[0] : null, [.. files.Skip(1).Take(models)], parameters);
            double megabytes = (read.Sum(f => new FileInfo(f).Length) + new FileInfo(files[0]).Length) / 1e6;
            yield return Alternation.Rates(
                FormattableString.Invariant($"{name}, {megabytes:N0} MB"), "MB/s", inputs.Settings.Repetitions,
                (megabytes, () => Merge.Run(recipe, output)), (megabytes, () => Copy(read, output)));
        }
    }

    public static IEnumerable<Measurement> Memory(Inputs inputs)
    {
        string[] files = Files(inputs, "l-14");
        foreach (var (name, method, models, _) in _methods.Where(m => m.Method != MergeMethod.ModelStock))
            yield return new Measurement(
                FormattableString.Invariant($"{name} of two, {new FileInfo(files[0]).Length / 1e6:N0} MB each : 200 MB"), "MB",
                [.. Enumerable.Range(0, inputs.Settings.Repetitions).Select(_ => (
                    Peak(method.ToString(), files[0], files[1], inputs.File("merged.safetensors")) - Peak("nothing"), 200.0))]);
    }

    /// <summary>Merges, or does nothing, and prints this process's peak memory in bytes: what a child process does.</summary>
    public static int Peak(IReadOnlyList<string> words)
    {
        NativeAllocator.KeepFreedMemory(); // as the command line does
        using Tensor loaded = zeros(1); // libtorch
        if (Enum.TryParse(words[0], out MergeMethod method))
        {
            bool hasBase = method != MergeMethod.Linear;
            Merge.Run(
                Recipe(method, hasBase ? words[1] : null, hasBase ? [words[2]] : [words[1], words[2]], new MergeParameters { T = 0.3 }),
                words[3]);
        }
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(process.PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static double Peak(params string[] words) => double.Parse(
        Child.Run(Child.OfThisProgram([ChildCommand, .. words])), CultureInfo.InvariantCulture) / 1e6;

    private static MergeRecipe Recipe(MergeMethod method, string? theta0, string[] models, MergeParameters parameters) => new()
    {
        Method = method, BaseModel = theta0, Models = [.. models.Select(m => new MergeIngredient(m))], Parameters = parameters,
    };

    // A base and two models near it.
    private static string[] Files(Inputs inputs, string model)
    {
        string[] files = [.. Enumerable.Range(0, 3).Select(i => inputs.File($"{model}-{i}.safetensors"))];
        if (File.Exists(files[2])) return files;
        RandomModel.Write(RandomModel.Config(model), files[0]);
        using SafetensorsFile theta0 = SafetensorsFile.Open(files[0]);
        foreach (string file in files.Skip(1))
        {
            using Weights weights = theta0.ReadAll();
            foreach (Tensor tensor in weights.Values)
            {
                using Tensor noise = randn_like(tensor);
                using TorchSharp.Scalar deviation = 0.001;
                tensor.add_(noise, deviation);
            }
            SafetensorsFile.Write(file, weights);
        }
        return files;
    }

    // As many bytes as the merge reads and writes, piece by piece in its order, flushed to disk as it flushes.
    private static void Copy(string[] from, string to)
    {
        FileStream[] sources = [.. from.Select(f => new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))];
        byte[] piece = new byte[PieceLength];
        string temporary = to + ".copy";
        using (var target = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            for (int read = 1; read > 0;)
            {
                foreach (FileStream source in sources) read = source.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
                target.Write(piece, 0, read);
            }
            target.Flush(flushToDisk: true);
        }
        File.Move(temporary, to, overwrite: true);
        foreach (FileStream source in sources) source.Dispose();
    }
}
