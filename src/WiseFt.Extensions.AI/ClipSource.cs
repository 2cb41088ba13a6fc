using System.Globalization;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Runs;
using static TorchSharp.torch;

namespace WiseFt.Extensions.AI;

/// <summary>Where both encoders are: in a CLIP model, or in a trained model and the CLIP model that it began with.</summary>
internal static class ClipSource
{
    /// <summary>Opens a model; the caller disposes it.</summary>
    /// <exception cref="CheckpointException">It is no model, damaged, or its text encoder is nowhere.</exception>
    /// <exception cref="ArgumentException">An alpha is given for what is one model.</exception>
    /// <exception cref="InvalidOperationException">The device is not there.</exception>
    public static ClipModel Open(string path, ClipEmbeddingOptions options)
    {
        if (ComputeDevice.Absence(options.Device) is { } reason)
            throw new InvalidOperationException(
                $"Device {options.Device} was asked for, but {reason}. Set {nameof(options.Device)} to cpu, the default.");
        Device device = ComputeDevice.Of(options.Device);
        bool isFolder = TrainedModel.IsIn(path), liesAlone = ClassifierFile.IsClassifier(path) && TrainedFolder.Find(path) is null;
        if (options.Alpha is not null && !isFolder)
            throw new ArgumentException(
                $"{path} is one model, and Alpha is {options.Alpha}: there is nothing to mix. Leave Alpha out, or name a trained folder.",
                nameof(options));
        if (options is { Alpha: null, ClipPath: null } && !liesAlone) return ClipModel.Open(path, Overrides(options), device);
        using ImageClassifier mixture = isFolder ? TrainedModel.LoadMixture(path, options.Alpha, device) : LoadClassifier(path, device);
        using ClipModel original = OpenOriginal(path, options);
        original.MoveTo(device);
        return original.WithVisualWeights(mixture.Weights);
    }

    /// <summary>What to call a model.</summary>
    public static string Name(string path, ClipEmbeddingOptions options)
    {
        string name = Path.Exists(path) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) : path;
        return options.Alpha is { } alpha ? string.Create(CultureInfo.InvariantCulture, $"{name}@alpha={alpha}") : name;
    }

    private static ImageClassifier LoadClassifier(string path, Device device) => ClassifierFile.IsClassifier(path)
        ? ImageClassifier.Load(path, device)
        : throw new CheckpointException(
            $"{path}: ClipPath is for a trained folder or a classifier's .safetensors file, and this is neither. Leave ClipPath out.");

    private static ClipModel OpenOriginal(string path, ClipEmbeddingOptions options)
    {
        TrainedModel.Settings? run = TrainedModel.FindSettings(path);
        string clip = options.ClipPath ?? run?.Model ?? throw new CheckpointException(
            $"{path} does not say which CLIP model it was trained from, whose text encoder is needed. Set ClipPath to that model.");
        return run is null ? ClipModel.Open(clip, Overrides(options), device: null) : run.OpenClip(clip, nameof(options.ClipPath));
    }

    private static ClipOverrides Overrides(ClipEmbeddingOptions options) =>
        new(options.VocabularyPath, options.Activation, options.StateDict);
}
