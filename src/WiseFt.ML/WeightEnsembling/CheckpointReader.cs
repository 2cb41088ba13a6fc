using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Classification;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Reads models on disk: classifiers with their class names, or CLIP models, of which zero-shot classifiers are made.</summary>
internal sealed class CheckpointReader(
    ZeroShotHeadOptions head, DataViewSchema.Column? label, Device device, IChannel channel, CancellationToken cancel)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="ArgumentException">A CLIP model's classes are unknown, or a classifier's are other than the label column's.
    /// </exception>
    public (ImageClassifier Model, LabelKeys Labels) Read(string path)
    {
        if (!ClassifierFile.IsClassifier(path))
        {
            Classes classes = Classes.Find(label, head.ClassNames);
            return (classes.BuildZeroShot(path, head, device, channel, null, cancel), classes.Labels);
        }
        return ImageClassifier.Load(path, device).OrDispose(classifier =>
        {
            LabelKeys labels = LabelKeys.FromNames(classifier.ClassNames);
            if (label is not { } column) return (classifier, labels);
            labels.RequireSame(column);
            return (classifier, LabelKeys.Read(column) ?? labels); // The same names, with the type of the column's key values.
        });
    }
}
