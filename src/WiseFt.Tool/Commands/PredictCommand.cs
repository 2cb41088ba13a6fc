using System.CommandLine;
using System.Globalization;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Tensors;

namespace WiseFt.Tool;

/// <summary><c>wiseft predict</c>: the most probable classes of images.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        Option<double?> alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]", "the model's own");
        Option<int> top = Setting.Number("--top", "How many classes to show for an image.", 5, n => Check.AtLeast(n, 1));
        Option<string> device = SharedOptions.Device(), precision = SharedOptions.Precision();
        Option<bool> skip = SharedOptions.SkipBadImages(), json = SharedOptions.Json();
        Argument<string[]> images = new("images")
        {
            Description = "Image files, or folders of them.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "IMAGE|DIR",
        };
        var command = new ToolCommand(
            "predict", "The most probable classes of images.", "wiseft predict --model out --alpha 0.5 cat.png photos/",
            "Without training: wiseft predict --model openai/clip-vit-base-patch32 --classes \"cat,dog,car\" photo.jpg");
        var model = new ClassifierFlags(command, device, images);
        foreach (Option flag in new Option[] { alpha, top, device, precision, skip, json }) command.Options.Add(flag);
        model.AddRest(command);
        command.Arguments.Add(images);
        Mistake.RefuseFlagsAmong(command, images);
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                model.Read(parsed), parsed.GetValue(alpha), parsed.GetValue(top),
                SharedOptions.ParsePrecision(parsed.GetRequiredValue(precision)), parsed.GetValue(skip), parsed.GetValue(json),
                parsed.GetRequiredValue(images), cancel),
            cancel));
        return command;
    }

    private static int Run(
        ClassifierSource model, double? alpha, int top, Precision precision, bool skip, bool json, string[] paths, CancellationToken cancel)
    {
        var (files, leftOut) = ImageSets.Files(paths);
        using ImageClassifier mixture = model.LoadMixture(alpha, cancel);
        if (skip)
        {
            (files, LeftOutFile[] unreadable) = ImageSets.Readable(files, cancel);
            leftOut = [.. leftOut, .. unreadable];
        }
        Prediction[] predictions = Predict(mixture, files, top, precision, cancel);
        if (json)
            Output.Json(predictions.Select(p =>
                (object)new { path = p.Path, predictions = p.Classes.Select(c => new { label = c.Label, probability = c.Probability }) })
                .Concat(leftOut.Select(f => new { path = f.Path, predictions = Array.Empty<object>(), left_out = f.Kind })));
        else Print(predictions);
        return 0;
    }

    private static Prediction[] Predict(ImageClassifier model, string[] files, int top, Precision precision, CancellationToken cancel)
    {
        var predictions = new List<Prediction>(files.Length);
        using PackedWeights? packed = PackedWeights.For(files.Length);
        ImageScorer.Probabilities(model, precision, packed).Run(files, model.Preprocessor.Load, (start, probabilities) =>
        {
            float[][] rows = [.. probabilities.cpu().data<float>().ToArray().Chunk(model.ClassNames.Count)];
            predictions.AddRange(rows.Select((row, n) => new Prediction(files[start + n], Largest(row))));
        }, progress: null, cancel);
        return [.. predictions];

        (string, float)[] Largest(float[] row) => [.. model.ClassNames.Zip(row).OrderByDescending(c => c.Second).Take(top)];
    }

    private static void Print(Prediction[] predictions)
    {
        foreach (Prediction prediction in predictions)
        {
            Console.Out.WriteLine(prediction.Path);
            foreach (var (label, probability) in prediction.Classes)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {100 * probability,5:0.0} %  {label}"));
        }
    }

    private sealed record Prediction(string Path, (string Label, float Probability)[] Classes);
}
