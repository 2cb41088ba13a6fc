using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using WiseFt.ML;

namespace WiseFt.Tool;

/// <summary>Trains the pipeline that the generated code also builds, on four fifths of the images, and measures it on the rest.</summary>
internal static class ScaffoldTraining
{
    private const int KeptAside = 5; // every fifth image of a class

    /// <summary>Trains and saves.</summary>
    /// <param name="settings">What to train.</param>
    /// <param name="modelFile">Where the ML.NET model goes.</param>
    /// <param name="cancel">Stops before the next step.</param>
    public static ScaffoldTrial Run(ScaffoldSettings settings, string modelFile, CancellationToken cancel)
    {
        LabelledImages images = LabelledImages.FromFolder(settings.DataFolder);
        Output.LeftOut(settings.DataFolder, images.LeftOut);
        SharedOptions.RemarkOnUnderscores(images.ClassNames, "Rename the folders for spaces.");
        var (training, validation) = Split(images);
        var mlContext = new MLContext(settings.Recipe.Seed);
        IDataView rows = mlContext.Data.LoadFromEnumerable(training);
        var clock = Stopwatch.StartNew();
        using TransformerChain<KeyToValueMappingTransformer> model = Tracker.Run("Fine-tuning", "images", bar =>
            Pipeline(mlContext, settings, bar.Steps((long)training.Count * settings.Recipe.Epochs), cancel).Fit(rows));
        double seconds = clock.Elapsed.TotalSeconds;
        RobustnessReport? report = validation.Count == 0 ? null : mlContext.MulticlassClassification.EvaluateRobustness(
            model, mlContext.Data.LoadFromEnumerable(validation), alphas: [.. new[] { 0, settings.Alpha, 1 }.Distinct().Order()],
            cancellationToken: cancel);
        mlContext.Model.Save(model, rows.Schema, modelFile);
        Row sample = (validation.Count > 0 ? validation : training).MinBy(row => new FileInfo(row.Path).Length)!; // it is copied
        return new ScaffoldTrial(
            training.Count, seconds, report, report?.At(settings.Alpha).Reference, sample.Path, sample.Label, [.. images.ClassNames]);
    }

    private static EstimatorChain<KeyToValueMappingTransformer> Pipeline(
        MLContext mlContext, ScaffoldSettings settings, IProgress<FineTuningStep> progress, CancellationToken cancel) =>
        mlContext.Transforms.Conversion.MapValueToKey("Label", "Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(mlContext.Transforms.WiseFt(new WiseFtEstimator.Options
            {
                ModelPath = settings.ModelPath,
                Head = new() { Templates = PromptTemplates.Parse(settings.Templates) },
                Columns = new() { ImageColumnName = "ImageSource" },
                Alpha = settings.Alpha,
                Training = settings.Recipe,
                Progress = progress,
                CancellationToken = cancel,
            }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private static (List<Row> Training, List<Row> Validation) Split(LabelledImages images)
    {
        List<Row> training = [], validation = [];
        var seen = new int[images.ClassNames.Count];
        for (int i = 0; i < images.Count; i++)
        {
            bool aside = ++seen[images.Labels[i]] % KeptAside == 0;
            (aside ? validation : training).Add(new Row(images.Images[i].Name, images.ClassNames[images.Labels[i]]));
        }
        return (training, validation);
    }

    /// <summary>A row as Model Builder has them; the file is read when the row is.</summary>
    private sealed class Row(string path, string label)
    {
        [NoColumn]
        public string Path => path;

        public string Label => label;

        public byte[] ImageSource => File.ReadAllBytes(RegularFile.Require(path));
    }
}

/// <summary>How a training run went.</summary>
/// <param name="Images">Images that were trained on.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="Report">Accuracy on the images kept aside, at alpha 0, the chosen one and 1;
/// null where too few images are there to keep some aside.</param>
/// <param name="Accuracy">At the chosen alpha.</param>
/// <param name="Sample">An image to try the model on, kept aside where possible.</param>
/// <param name="SampleClass">Its class.</param>
/// <param name="ClassNames">All classes.</param>
internal sealed record ScaffoldTrial(
    int Images, double Seconds, RobustnessReport? Report, double? Accuracy, string Sample, string SampleClass, string[] ClassNames);
