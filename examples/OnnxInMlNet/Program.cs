// Writes a zero-shot classifier as an ONNX file and runs that file in an ML.NET pipeline, which needs neither WiseFt nor torch.
//
//   dotnet run -c Release --project examples/OnnxInMlNet          10 seconds on two cores
//
// Expected output (after the path of the ONNX file):
//   Asian dish: dessert (54.1 %)
//   flower: flower (40.4 %)
//   office supply: aircraft (67.1 %)
//   Right: 196 of 421
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt;
using WiseFt.ML;
using WiseFt.Onnx;

string data = args.Length > 0 ? args[0] : Path.Combine("examples", "data");
string images = Path.Combine(data, "emoji-shift", "reference", "test");
string onnx = Path.Combine(Path.GetTempPath(), "emoji.onnx");

// Once, where the model is made.
using (ClipModel clip = ClipModel.Load(Path.Combine(data, "starter-clip")))
using (ImageClassifier classifier = ZeroShotHead.Build(
    clip, LabelledImages.FromFolder(images).ClassNames, new PromptTemplates("icon", ["an icon of a {}."])))
    OnnxExporter.Export(classifier, onnx, new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes });
Console.WriteLine($"{onnx}: {new FileInfo(onnx).Length / 1e6:F1} MB");

// Anywhere, any number of times.
var mlContext = new MLContext(seed: 1);
IDataView rows = mlContext.Data.LoadImageFolder(images);
const int Side = 64; // ML.NET wants to know the size; the model takes any
var pipeline = mlContext.Transforms.LoadImages("Bitmap", imageFolder: "", inputColumnName: "ImagePath")
    .Append(mlContext.Transforms.ResizeImages("Bitmap", Side, Side))
    .Append(mlContext.Transforms.ExtractPixels("image", "Bitmap", interleavePixelColors: true, outputAsFloatArray: false))
    .Append(mlContext.Transforms.ApplyOnnxModel(
        ["Score"], ["image"], onnx, new Dictionary<string, int[]> { ["image"] = [1, Side, Side, 3] }, recursionLimit: 100));
IDataView scored = pipeline.Fit(rows).Transform(rows);

VBuffer<ReadOnlyMemory<char>> slotNames = default;
scored.Schema["Score"].GetSlotNames(ref slotNames);
string[] classNames = [.. slotNames.DenseValues().Select(name => name.ToString())];
string[] labels = [.. scored.GetColumn<string>("Label")];
float[][] scores = [.. scored.GetColumn<float[]>("Score")];
for (int i = 0; i < labels.Length; i += 150)
{
    int best = Array.IndexOf(scores[i], scores[i].Max());
    Console.WriteLine(FormattableString.Invariant($"{labels[i]}: {classNames[best]} ({scores[i][best]:P1})"));
}
int right = Enumerable.Range(0, labels.Length).Count(i => classNames[Array.IndexOf(scores[i], scores[i].Max())] == labels[i]);
Console.WriteLine(FormattableString.Invariant($"Right: {right} of {labels.Length}"));
