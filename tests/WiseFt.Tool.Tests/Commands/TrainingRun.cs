using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace WiseFt.Tool.Tests;

/// <summary>24 images of four classes, and what <c>wiseft train</c> makes of them when nothing disturbs it.</summary>
public sealed class TrainingRun : IDisposable
{
    /// <summary>Name of the tests that share one such folder and follow each other, each of them in processes of its own.</summary>
    public const string Processes = "training in processes";

    private readonly ConcurrentDictionary<string, Lazy<Task<Results>>> _undisturbed = new(StringComparer.Ordinal);
    private readonly TemporaryFolder _folder = new();

    public TrainingRun()
    {
        foreach (string name in new[] { "hand", "mammal", "vehicle", "weather" })
        {
            Directory.CreateDirectory(Path.Combine(Images, name));
            foreach (string file in Directory.GetFiles(Fixtures.Data($"emoji-shift/reference/train/{name}"))
                .Order(StringComparer.Ordinal).Take(6))
                File.Copy(file, Path.Combine(Images, name, Path.GetFileName(file)));
        }
    }

    private string Images => _folder.At("images");

    /// <summary>A path for results of a test.</summary>
    public string NewOutput() => _folder.At(Guid.NewGuid().ToString("N"));

    /// <summary>Arguments of 9 steps, each with a checkpoint.</summary>
    public string[] Arguments(string mode, string output, string epochs = "3") =>
    [
        "train", "--model", Fixtures.Data("starter-clip"), "--train", Images, "--output", output, "--mode", mode, "--lr",
        mode == "linear" ? "0.01" : "1e-4",
        "--templates", "simple", "--epochs", epochs, "--batch-size", "8", "--micro-batch-size", "5", "--seed", "3",
        "--checkpoint-minutes", "0",
    ];

    /// <summary>What a run leaves that nothing disturbs.</summary>
    internal Task<Results> UndisturbedAsync(string mode) => _undisturbed.GetOrAdd(mode, _ => new Lazy<Task<Results>>(async () =>
    {
        string output = NewOutput();
        var (exitCode, _, errors) = await ToolProcess.RunAsync(Arguments(mode, output));
        exitCode.Should().Be(0, errors);
        return Results.Read(output);
    })).Value;

    /// <summary>Steps at the newest checkpoint; 0 without one.</summary>
    public static int Saved(string output)
    {
        try
        {
            return Directory.GetFiles(Path.Combine(output, ".checkpoints"), "step-*.safetensors")
                .Select(f => int.Parse(Path.GetFileNameWithoutExtension(f)[5..], CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
        }
        catch (DirectoryNotFoundException)
        {
            return 0; // not yet there, or deleted by a run that has just ended
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>SHA-256 of the weights, the text of the trace, and the names of all files.</summary>
    internal sealed record Results(string Weights, string Trace, string Files)
    {
        /// <summary>Reads what is there; a missing file is a difference, no error.</summary>
        public static Results Read(string output) => new(
            string.Join(
                ' ', new[] { "zeroshot", "finetuned", "wiseft" }.Select(name => Sha256(Path.Combine(output, name + ".safetensors")))),
            File.Exists(Path.Combine(output, "training.jsonl")) ? File.ReadAllText(Path.Combine(output, "training.jsonl")) : "none",
            string.Join(' ', Directory.GetFileSystemEntries(output).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)));

        /// <summary>What is not as it should be, or null.</summary>
        public string? DifferenceFrom(Results expected) => this == expected ? null
            : Files != expected.Files ? $"files {Files} instead of {expected.Files}"
            : Weights != expected.Weights ? $"weights {Weights} instead of {expected.Weights}"
            : $"trace {Trace} instead of {expected.Trace}";

        private static string Sha256(string path) =>
            File.Exists(path) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) : "none";
    }
}

/// <summary>Shares a <see cref="TrainingRun"/>.</summary>
[CollectionDefinition(TrainingRun.Processes)]
public sealed class TrainingProcesses : ICollectionFixture<TrainingRun>
{
}
