using System.Collections.Immutable;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Models;

/// <summary>Recognises in whose format a model is, and hands it to that format.</summary>
internal static class ClipFormats
{
    private static readonly ImmutableArray<ScalarType> _precisions = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16];

    /// <summary>Recognises the layout of a folder or file, opens it, and checks that all of it fits together; reads no weights.</summary>
    /// <param name="path">A folder or file, or a name on the Hub.</param>
    /// <param name="overrides">What the caller knows better than the files, if anything.</param>
    /// <exception cref="CheckpointException">It is none of the known layouts, damaged, or its parts do not fit together.</exception>
    public static ClipCheckpoint Open(string path, ClipOverrides? overrides = null)
    {
        ClipFiles files = Find(Check.NotBlank(path));
        overrides ??= new ClipOverrides();
        if (overrides.VocabularyPath is null) overrides = overrides with { VocabularyPath = files.Vocabulary };
        ClipCheckpoint checkpoint = files.Layout switch
        {
            CheckpointLayout.HuggingFace => HuggingFaceFormat.Open(files, overrides),
            CheckpointLayout.OpenClip => OpenClipFormat.Open(files, overrides),
            _ => OpenAIFormat.Open(files, overrides),
        };
        return checkpoint.OrDispose(c => c.RequireFit());
    }

    /// <summary>Finds the files of a model.</summary>
    /// <param name="path">A folder, or a file with weights; a file that lies in a model's folder is read with its
    /// configuration. Else a name on the Hub.</param>
    /// <param name="hub">How to reach the Hub; as the environment says if null.</param>
    /// <exception cref="CheckpointException">There are none.</exception>
    public static ClipFiles Find(string path, HuggingFaceHubOptions? hub = null)
    {
        if (Directory.Exists(path)) return TrainedFolder.Find(path) is { } run ? FindBase(run, path, hub) : FindInFolder(path);
        if (!File.Exists(path)) return FindInFolder(Fetch(path, hub));
        if (TrainedFolder.Find(path) is { } trained) return FindBase(trained, path, hub);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        // A configuration beside a file is the file's, whatever the file is called: its shapes tell on opening.
        CheckpointLayout layout = !HasOpenClipConfig(folder) && IsHuggingFace(folder) ? CheckpointLayout.HuggingFace
            : !HasOpenClipConfig(folder) ? CheckpointLayout.OpenAI
            : IsHuggingFace(folder) && WeightFileNames.HuggingFace.Contains(Path.GetFileName(path)) ? CheckpointLayout.HuggingFace
            : CheckpointLayout.OpenClip;
        return new ClipFiles(layout, path, folder, path);
    }

    /// <summary>Writes a model as another library reads it; the folder appears whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">A new or empty folder.</param>
    /// <param name="layout">Whose layout.</param>
    /// <exception cref="ArgumentException">The layout cannot express the model, the precision cannot hold its numbers, or the folder
    /// holds something.</exception>
    public static void Write(ClipContents model, string folder, CheckpointLayout layout)
    {
        Check.NotBlank(folder);
        Check.Defined(layout);
        if (!_precisions.Contains(model.Precision)) throw UnknownPrecision(model.Precision);
        string[] problems = [.. Problems(model, layout)];
        if (problems.Length > 0)
            throw new ArgumentException(
                $"The model cannot be written as {layout}: {string.Join("; ", problems)}. Choose another layout.", nameof(layout));
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        StagedFolder.Write(folder, staging =>
        {
            if (layout == CheckpointLayout.HuggingFace) HuggingFaceFormat.Write(model, staging);
            else if (layout == CheckpointLayout.OpenClip) OpenClipFormat.Write(model, staging, name);
            else OpenAIFormat.Write(model, staging);
        });
    }

    private static IEnumerable<string> Problems(ClipContents model, CheckpointLayout layout) => layout switch
    {
        CheckpointLayout.HuggingFace => HuggingFaceFormat.Problems(model.Config, model.Preprocessor),
        CheckpointLayout.OpenClip => OpenClipFormat.Problems(model.Config, model.Preprocessor),
        _ => OpenAIFormat.Problems(model.Config, model.Preprocessor),
    };

    private static ArgumentOutOfRangeException UnknownPrecision(ScalarType precision) =>
        new(nameof(precision), precision, $"The precision is {precision}; expected {string.Join(", ", _precisions)}.");

    // A trained model has no text encoder of its own: it is the one of the CLIP model that training began with.
    private static ClipFiles FindBase(TrainedFolder trained, string path, HuggingFaceHubOptions? hub)
    {
        if (!Path.Exists(trained.Clip) && !HuggingFaceHub.IsModelName(trained.Clip))
            throw new CheckpointException(
                $"{path}: it was trained from {trained.Clip}, whose text encoder is needed and which is not there any more. " +
                $"Put it back, or write its new place to 'model' in {trained.Settings}.");
        ClipFiles files = Find(trained.Clip, hub);
        return files.Visual is null
            ? files with { Visual = trained.Weights, Vocabulary = trained.Vocabulary }
            : throw new CheckpointException(
                $"{path}: it was trained from {trained.Clip}, which was trained itself. Name the CLIP model of the first training " +
                "instead.");
    }

    private static string Fetch(string name, HuggingFaceHubOptions? options)
    {
        if (ModelNames.Advice(name) is { } advice) throw new CheckpointException($"{name}: there is no such folder or file. {advice}");
        const string expected = "Expected a Hugging Face or open_clip CLIP folder, or a .pt, .pth, " +
            ".bin or .safetensors file with a CLIP model.";
        if (!HuggingFaceHub.IsModelName(name)) throw new CheckpointException($"{name}: there is no such folder or file. {expected}");
        try
        {
            using var hub = new HuggingFaceHub(options);
            return hub.Fetch(name);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(
                $"{name}: there is no such folder or file, and as a name on the Hugging Face Hub: {e.Message}", e);
        }
    }

    // Folders on the Hub often hold a model in both layouts, or a config.json of another library's beside open_clip's.
    private static ClipFiles FindInFolder(string folder)
    {
        string? First(ImmutableArray<string> names) => names.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists);
        bool isHuggingFace = IsHuggingFace(folder), hasOpenClip = HasOpenClipConfig(folder);
        if (isHuggingFace && First(WeightFileNames.HuggingFace) is { } huggingFace)
            return new ClipFiles(CheckpointLayout.HuggingFace, folder, folder, huggingFace);
        if (hasOpenClip && First(WeightFileNames.OpenClip) is { } openClip)
            return new ClipFiles(CheckpointLayout.OpenClip, folder, folder, openClip);
        if ((isHuggingFace || hasOpenClip) && OnlyWeights(folder) is { } only)
            return new ClipFiles(isHuggingFace ? CheckpointLayout.HuggingFace : CheckpointLayout.OpenClip, folder, folder, only);
        if (isHuggingFace) throw MissingWeights(folder, "config.json", WeightFileNames.HuggingFace);
        if (hasOpenClip) throw MissingWeights(folder, "open_clip_config.json", WeightFileNames.OpenClip);
        if (ModelNames.AdviceOfFolder(folder) is { } advice) throw new CheckpointException($"{folder}: {advice}");
        if (File.Exists(Path.Combine(folder, HuggingFaceFormat.ConfigName)))
            HuggingFaceFormat.ReadConfig(Path.Combine(folder, HuggingFaceFormat.ConfigName)); // says what it is instead
        return (First(WeightFileNames.Bare) ?? OnlyWeights(folder)) is { } bare
            ? new ClipFiles(CheckpointLayout.OpenAI, folder, folder, bare)
            : throw new CheckpointException(
                $"{folder}: the folder holds neither config.json, nor open_clip_config.json, nor any of " +
                $"{string.Join(", ", WeightFileNames.Bare)}. Expected a Hugging Face or open_clip CLIP folder, or name the file itself.");
    }

    private static bool IsHuggingFace(string folder) =>
        Path.Combine(folder, HuggingFaceFormat.ConfigName) is var config && File.Exists(config) && HuggingFaceFormat.IsClip(config);

    private static bool HasOpenClipConfig(string folder) => File.Exists(Path.Combine(folder, OpenClipFormat.ConfigName));

    /// <summary>The weights of a folder that has one file of them, under a name of its own; null where there is none or are
    /// several.</summary>
    private static string? OnlyWeights(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Where(WeightFileNames.HasEnding).Take(2)];
        return files.Length == 1 ? files[0] : null;
    }

    private static CheckpointException MissingWeights(string folder, string config, ImmutableArray<string> expected) =>
        new(
            $"{folder}: the folder has a {config} and no weights. Expected one " +
            $"of {string.Join(", ", expected)}; fetch it into the folder, or name the file itself.");
}
