using System.CommandLine;
using System.Text.Json;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary><c>wiseft embed</c>: CLIP's vectors of images or texts.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        Option<string> model = SharedOptions.ClipModel(), device = SharedOptions.Device(),
            precision = SharedOptions.Precision();
        Option<DirectoryInfo?> images = new("--data", "--images")
        {
            Description = "Folder of images, searched with its sub-folders.",
            HelpName = "DIR",
        };
        Option<FileInfo?> texts = new("--texts") { Description = "Text file, one text a line.", HelpName = "FILE" };
        Option<string> output = new("--output")
        {
            Description = "A .safetensors file with the tensor `features`.",
            Required = true,
            HelpName = "F.safetensors",
        };
        OptionSet<ClipOverrides> overrides = SharedOptions.ModelFlags();
        Option<bool> skip = SharedOptions.SkipBadImages(), overwrite = Destination.Overwrite();
        var command = new ToolCommand(
            "embed", "CLIP's vectors of images or texts.",
            "wiseft embed --model openai/clip-vit-base-patch32 --data photos --output features.safetensors",
            "The file has the tensor `features`, float32 (N, E), not normalised, rows in ordinal order of the paths or in line order.")
        {
            model, images, texts, output, overwrite, overrides, device, precision, skip,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(images) is null == result.GetResult(texts) is null)
                result.AddError("Expected either --data DIR or --texts FILE.");
        });
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(parsed.GetRequiredValue(model), parsed.GetValue(images)?.FullName, parsed.GetValue(texts)?.FullName,
                Destination.OfFile(
                    output.Name, parsed.GetRequiredValue(output), ".safetensors", parsed.GetValue(overwrite), IsFeatures,
                    (model.Name, parsed.GetRequiredValue(model)), (texts.Name, parsed.GetValue(texts)?.FullName)),
                overrides.Read(parsed), parsed.GetRequiredValue(device),
                SharedOptions.ParsePrecision(parsed.GetRequiredValue(precision)), parsed.GetValue(skip), cancel),
            cancel));
        return command;
    }

    private static int Run(
        string model, string? images, string? texts, string output, ClipOverrides overrides, string device, Precision precision, bool skip,
        CancellationToken cancel)
    {
        Mistake.RefuseOtherKinds(model);
        string[] inputs = texts is not null
            ? ReadLines(texts)
            : skip
            ? ImageSets.Readable(ImageSets.Files(images!).Images, cancel).Images
            : ImageSets.Files(images!).Images;
        using ClipModel clip = ClipModel.Open(model, overrides, SharedOptions.ParseDevice(device));
        SharedOptions.Assumed(clip.Assumptions);
        using Tensor features = Tracker.Run(
            "Embedding", texts is null ? "images" : "texts", bar => Encode(clip, inputs, texts is null, precision, bar, cancel));
        SafetensorsFile.Write(
            output, new Dictionary<string, Tensor> { ["features"] = features },
            new Dictionary<string, string>
            {
                [texts is null ? "paths" : "texts"] = JsonSerializer.Serialize(
                    texts is null ? inputs.Select(i => Path.GetRelativePath(images!, i)) : inputs),
            });
        Console.Out.WriteLine(FormattableString.Invariant(
            $"Wrote {output}: features of {Output.Count(features.shape[0], texts is null ? "image" : "text")}, ") +
            FormattableString.Invariant($"{features.shape[1]} numbers each."));
        return 0;
    }

    /// <summary>Whether a file is what this verb writes.</summary>
    private static bool IsFeatures(string path)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return file.Tensors.Count == 1 && file.Tensors.ContainsKey("features");
        }
        catch (CheckpointException)
        {
            return false; // it is something else
        }
    }

    private static string[] ReadLines(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file of texts {path}.");
        string[] lines = Utf8Text.ReadLines(path);
        return lines.Length > 0 ? lines : throw new InvalidDataException($"{path} is empty; expected one text a line.");
    }

    private static Tensor Encode(
        ClipModel clip, string[] inputs, bool areImages, Precision precision, Tracker.Bar bar, CancellationToken cancel)
    {
        using PackedWeights? packed = PackedWeights.For(inputs.Length);
        var encoder = new ImageScorer(areImages ? clip.EncodeImage : clip.EncodeText, clip.Device, precision) { Packed = packed };
        return encoder.Gather(
            inputs, areImages ? clip.Preprocessor.Load : clip.Tokenizer.Encode, clip.Config.EmbeddingDimension, bar, cancel);
    }
}
