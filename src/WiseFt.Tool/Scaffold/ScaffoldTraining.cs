using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using WiseFt.Images;
using WiseFt.ML;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary>Trains the pipeline that the generated code also builds, or takes one that is trained, and measures it on images that were kept
/// aside.</summary>
internal static class ScaffoldTraining
{
    /// <summary>Trains and saves.</summary>
    /// <param name="settings">What to train.</param>
    /// <param name="images">The images.</param>
    /// <param name="modelFile">Where the ML.NET model goes.</param>
    /// <param name="cancel">Stops before the next step.</param>
    public static ScaffoldTrial Run(ScaffoldSettings settings, LabelledImages images, string modelFile, CancellationToken cancel)
    {
        // What a trained model has seen of these images nobody knows: it is not measured on them.
        var (training, validation) = settings.Trained is null ? ValidationSplit.Of(images) : (images, null);
        var mlContext = new MLContext(settings.Recipe.Seed);
        IDataView rows = mlContext.Data.LoadFromEnumerable(Rows(training));
        var clock = Stopwatch.StartNew();
        using TransformerChain<KeyToValueMappingTransformer> model = settings.Trained is null
            ? Tracker.Run("Fine-tuning", "images", bar =>
                Pipeline(mlContext, settings, bar.Steps((long)training.Count * settings.Recipe.Epochs), cancel).Fit(rows))
            : Adopt(mlContext, settings, rows, cancel);
        double seconds = clock.Elapsed.TotalSeconds;
        RobustnessReport? report = validation is null ? null : mlContext.MulticlassClassification.EvaluateRobustness(
            model, mlContext.Data.LoadFromEnumerable(Rows(validation)), alphas: [.. new[] { 0, settings.Alpha, 1 }.Distinct().Order()],
            cancellationToken: cancel).WithReferenceName("validation");
        mlContext.Model.Save(model, rows.Schema, modelFile);
        Row sample = Rows(validation ?? training).MinBy(row => new FileInfo(row.Path).Length)!; // it is copied
        return new ScaffoldTrial(
            training.Count, seconds, report, report?.At(settings.Alpha).Reference, sample.Path, sample.Label, [.. images.ClassNames]);
    }

    /// <summary>The pipeline of a trained model, with the columns of the generated code.</summary>
    private static TransformerChain<KeyToValueMappingTransformer> Adopt(
        MLContext mlContext, ScaffoldSettings settings, IDataView rows, CancellationToken cancel)
    {
        string folder = Directory.CreateTempSubdirectory("wiseft-").FullName;
        try
        {
            string zeroShot = Path.Combine(folder, TrainedModel.ZeroShotFile), fineTuned = Path.Combine(folder, TrainedModel.FineTunedFile);
            using (MixableClassifier ends = settings.Trained!.Load(cancel))
            {
                RequireClasses(ends.ZeroShot.ClassNames, rows);
                ends.ZeroShot.Save(zeroShot);
                ends.FineTuned.Save(fineTuned);
            }
            return mlContext.Transforms.Conversion
                .MapValueToKey("Label", "Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
                .Append(mlContext.Transforms.WiseFt(zeroShot, fineTuned, settings.Alpha, imageColumnName: "ImageSource"))
                .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
                .Fit(rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RequireClasses(IReadOnlyList<string> model, IDataView rows)
    {
        string[] images = [.. rows.GetColumn<string>("Label").Distinct().Order(StringComparer.Ordinal)];
        if (!model.Order(StringComparer.Ordinal).SequenceEqual(images, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The model's classes are {Listed.Counted([.. model])} and those of the images {Listed.Counted(images)}; expected images " +
                "of the model's classes.");
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

    private static IEnumerable<Row> Rows(LabelledImages images) =>
        images.Images.Select((image, i) => new Row(image.Name, images.ClassNames[images.Labels[i]]));

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
