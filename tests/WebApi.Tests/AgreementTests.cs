using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using WiseFt.Images;
using WiseFt.ML;
using WiseFt.ML.Tests;
using WiseFt.Onnx;

namespace WiseFt.WebApi.Tests;

/// <summary>One model by every way there is to it: saved pipeline, prediction engine,
/// ONNX file with both kinds of input, web service.</summary>
public sealed class AgreementTests(RunningService service) : IClassFixture<RunningService>
{
    private const double Tolerance = 1e-4;

    private static readonly string[] _sets =
        [
            "reference/train", "reference/test", "shifts/noto-v1", "shifts/twemoji", "shifts/fluent-emoji", "shifts/fluent-emoji-flat",
            "shifts/fluent-emoji-high-contrast"];

    [Fact]
    public async Task Scores_OfTheSameBytes_AgreeHoweverTheModelIsRun()
    {
        EncodedImage[] images = [.. _sets.SelectMany(FewOf)];
        images.Should().HaveCount(28);
        var mlContext = new MLContext();
        using var model = (TransformerChain<ITransformer>)mlContext.Model.Load(service.ModelPath, out _);
        float[][] expected = [.. model.Transform(mlContext.Data.LoadFromEnumerable(images)).GetColumn<float[]>("Score")];

        using var engine = mlContext.Model.CreatePredictionEngine<EncodedImage, EmojiImages.Prediction>(
            model, new PredictionEngineOptions { OwnsTransformer = false });
        Largest(images.Select(image => engine.Predict(image).Score), expected).Should().BeLessThan(Tolerance);
        Largest(OnnxScores(model, images, OnnxImageInput.RgbBytes), expected).Should().BeLessThan(Tolerance);
        Largest(OnnxScores(model, images, OnnxImageInput.Pixels), expected).Should().BeLessThan(Tolerance);
        for (int i = 0; i < images.Length; i++)
        {
            using HttpContent content = RunningService.Body(images[i].ImagePath);
            using HttpResponseMessage response = await service.Client.PostAsync("/predict", content);
            (await Answer.ReadAsync(response)).DifferenceFrom(expected[i], EmojiImages.ClassNames).Should().BeLessThan(Tolerance);
        }
    }

    /// <summary>An image of each of the model's classes.</summary>
    private static IEnumerable<EncodedImage> FewOf(string set) => EmojiImages.ClassNames.Select(name => new EncodedImage
    {
        Label = name,
        ImagePath = File.ReadAllBytes(Directory.GetFiles(Fixtures.Data($"emoji-shift/{set}/{name}")).Order(StringComparer.Ordinal).Last()),
    });

    /// <summary>By the exported file, image by image, as a program without WiseFt would run it.</summary>
    private static List<float[]> OnnxScores(ITransformer model, EncodedImage[] images, OnnxImageInput input)
    {
        using var onnx = new MemoryStream();
        new MLContext().Model.ConvertToOnnx(model, onnx, new OnnxExportOptions { ImageInput = input });
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // tests share their processors
        using var session = new InferenceSession(onnx.ToArray(), options);
        using ClipModel clip = ClipModel.Load(EmojiImages.ModelPath); // for its preprocessing
        List<float[]> scores = [];
        foreach (EncodedImage image in images)
        {
            ImageSource source = ImageSource.FromBytes(image.ImagePath, image.Label);
            NamedOnnxValue value = input == OnnxImageInput.RgbBytes ? RgbBytes(source.Decode()) : Pixels(clip.Preprocessor, source);
            using var results = session.Run([value], ["Score"]);
            scores.Add([.. results[0].AsEnumerable<float>()]);
        }
        return scores;
    }

    private static NamedOnnxValue RgbBytes(RgbImage image) =>
        NamedOnnxValue.CreateFromTensor("image", new DenseTensor<byte>(image.Pixels, [1, image.Height, image.Width, 3]));

    private static NamedOnnxValue Pixels(ClipPreprocessor preprocessor, ImageSource image)
    {
        using torch.Tensor pixels = preprocessor.Load([image]);
        return NamedOnnxValue.CreateFromTensor(
            "pixel_values", new DenseTensor<float>(pixels.data<float>().ToArray(), [.. pixels.shape.Select(d => (int)d)]));
    }

    private static double Largest(IEnumerable<float[]> found, float[][] expected) =>
        found.Zip(expected, (f, e) => f.Zip(e, (x, y) => Math.Abs((double)x - y)).Max()).Max();

    private sealed class EncodedImage
    {
        public byte[] ImagePath { get; set; } = []; // the model's image column takes a path, an image, or encoded bytes

        public string Label { get; set; } = "";
    }
}
