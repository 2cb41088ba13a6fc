// The paper's table: accuracy by mixing coefficient, on the reference distribution and under distribution shift.
//
//   dotnet run -c Release --project examples/Sweep          half a minute on two cores
//
// Expected output: a row an alpha from 0 (zero-shot) to 1 (fine-tuned), a column a test set, and a verdict:
//   alpha  reference  noto-v1  twemoji  high-contrast  avg shifts  avg ref+shifts
//     0.0       46.6     47.4     44.4           35.1        42.3            44.4
//   …
//     0.5       48.7     48.0     43.5           33.3        41.6            45.1
//   …
//     1.0       47.3     46.5     44.4           32.1        41.0            44.1
//   Ship alpha 0.5.
//   It has 48.7 % on reference (95 % interval 43.8 to 53.6 %; 421 images) and 41.6 % under shift (3 shifts, 1,151 images).
//   …
//   Now at alpha 0.5.
using Microsoft.ML;
using WiseFt;
using WiseFt.Evaluation;
using WiseFt.ML;

const string Data = "examples/data/emoji-shift";
var mlContext = new MLContext();
IDataView train = mlContext.Data.LoadImageFolder($"{Data}/reference/train");

// A linear classifier on frozen features: trained in seconds, and swept with one pass over the images for all alphas.
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.WiseFt(new WiseFtEstimator.Options
    {
        ModelPath = "examples/data/starter-clip",
        Head = new() { Templates = PromptTemplates.FromFile($"{Data}/templates.txt") },
        Training = new() { Mode = FineTuningMode.LinearClassifier, Epochs = 12, LearningRate = 1e-2, BatchSize = 32 },
    }));
using var model = pipeline.Fit(train);

RobustnessReport report = mlContext.MulticlassClassification.EvaluateRobustness(
    model,
    reference: mlContext.Data.LoadImageFolder($"{Data}/reference/test"),
    shifts: new()
    {
        ["noto-v1"] = mlContext.Data.LoadImageFolder($"{Data}/shifts/noto-v1"),
        ["twemoji"] = mlContext.Data.LoadImageFolder($"{Data}/shifts/twemoji"),
        ["high-contrast"] = mlContext.Data.LoadImageFolder($"{Data}/shifts/fluent-emoji-high-contrast"),
    },
    alphas: AlphaGrid.Tenths);
Console.WriteLine(report);
Verdict verdict = Verdict.Measure(report)!;
foreach (string sentence in verdict.Sentences) Console.WriteLine(sentence);

// Another alpha costs one interpolation, not a training run.
using WiseFtTransformer shipped = WiseFtTransformer.FindIn(model).WithAlpha(verdict.Alpha);
Console.WriteLine(FormattableString.Invariant($"Now at alpha {shipped.Alpha}."));
