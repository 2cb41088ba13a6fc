using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Classification;

namespace WiseFt.ML;

/// <summary>The classes of a model to be made: their label keys, and the words that prompts use for them.</summary>
/// <param name="Labels">The classes in key order.</param>
/// <param name="Words">The words for each, in the same order.</param>
internal sealed record Classes(LabelKeys Labels, IReadOnlyList<string> Words)
{
    /// <summary>Finds the classes in the label column's key values, in class names given by the caller, or in both.</summary>
    /// <param name="label">The label column, if there is one.</param>
    /// <param name="classNames">Words for the classes in key order, if the caller gives them.</param>
    /// <exception cref="ArgumentException">There are none, the label is no key, or the counts differ.</exception>
    public static Classes Find(DataViewSchema.Column? label, IReadOnlyList<string>? classNames)
    {
        LabelKeys? labels = label is { } column ? LabelKeys.Read(column) : null;
        if (label is { } counted && classNames is not null && LabelKeys.Count(counted) != classNames.Count)
            throw new ArgumentException(
                $"{classNames.Count} class names were given, and label column '{counted.Name}' has {LabelKeys.Count(counted)} keys" +
                $"{(labels is null ? "" : " " + LabelKeys.Listed(labels.Names))}; expected one name for each key, in key order.",
                nameof(classNames));
        labels ??= classNames is not null ? LabelKeys.FromNames(classNames) : throw new ArgumentException(
            label is { } nameless
                ? $"Label column '{nameless.Name}' is a key without key values, so that its classes have no names; " +
                    "give the option Head.ClassNames, in key order."
                : "There is neither a label column nor the option Head.ClassNames, so that the classes are unknown; give one of them.",
                nameof(label));
        return new Classes(labels, classNames ?? labels.Names);
    }

    /// <summary>Builds the zero-shot classifier of a CLIP model, with the labels' names.</summary>
    /// <param name="modelPath">The CLIP model.</param>
    /// <param name="head">The sentences around the words, and where heads are kept.</param>
    /// <param name="device">Where the classifier computes.</param>
    /// <param name="channel">Is told how many prompts are encoded, now and then, and when the head is built.</param>
    /// <param name="progress">Is told how many prompts are encoded.</param>
    /// <param name="cancel">Stops between two batches of prompts.</param>
    public ImageClassifier BuildZeroShot(
        string modelPath, ZeroShotHeadOptions head, TorchSharp.torch.Device device, IChannel channel, IProgress<WorkProgress>? progress,
        CancellationToken cancel)
    {
        using ClipModel clip = ClipModel.Load(modelPath, device);
        var log = new LoggedProgress(channel, "Zero-shot head", "prompts", progress);
        return ZeroShotHead.Build(clip, Labels.Names, head.Templates, Words, head.CacheDirectory, log, cancel).OrDispose(_ =>
            channel.Info($"Zero-shot head of {Labels.Names.Length} classes and {head.Templates.Count} prompt templates built."));
    }
}
