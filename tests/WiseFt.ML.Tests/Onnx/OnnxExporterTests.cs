using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Onnx;
using static TorchSharp.torch;
using static WiseFt.ML.Tests.OnnxModelRun;
using Tensor = TorchSharp.torch.Tensor;

namespace WiseFt.ML.Tests;

/// <summary>ONNX Runtime says of an exported classifier what the classifier itself says.</summary>
[Collection(nameof(StarterClassifier))]
public sealed class OnnxExporterTests(StarterClassifier starter)
{
    [Fact]
    public void Export_Float32_ScoresEveryTestImageAsTheClassifierDoes()
    {
        using InferenceSession session = Open(starter.Export());
        float[][] found = session.Run(starter.PixelsOf(0, starter.Images.Count), "Score", "logits");
        LargestDifference(found[0], starter.Score).Should().BeLessThan(1e-5f);
        LargestDifference(found[1], starter.Logits).Should().BeLessThan(1e-4f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Export_Float32_TakesBatchesOfAnySize(int count)
    {
        using InferenceSession session = Open(starter.Export());
        float[] found = session.Run(starter.PixelsOf(5, count), "Score")[0];
        LargestDifference(found, starter.Score.AsSpan(5 * starter.ClassCount, count * starter.ClassCount)).Should().BeLessThan(1e-5f);
    }

    // Rounding to 11 bits moves the starter model's probabilities by 5e-4 at most over all 421 images.
    [Fact]
    public void Export_Float16_ScoresWithin2Thousandths()
    {
        string half = starter.Export(new OnnxExportOptions { Precision = OnnxPrecision.Float16 });
        using InferenceSession session = Open(half);
        float[][] found = session.Run(starter.PixelsOf(0, 64), "Score", "logits");
        LargestDifference(found[0], starter.Score.AsSpan(0, 64 * starter.ClassCount)).Should().BeLessThan(2e-3f).And.BeGreaterThan(1e-5f);
        LargestDifference(found[1], starter.Logits.AsSpan(0, 64 * starter.ClassCount)).Should().BeLessThan(2e-2f);
        new FileInfo(half).Length.Should().BeLessThan(new FileInfo(starter.Export()).Length * 6 / 10);
        session.InputMetadata["pixel_values"].ElementDataType.Should().Be(TensorElementType.Float);
    }

    [Fact]
    public void Export_RgbBytesOfTheEncodersSize_ScoresAsTheClassifierDoes()
    {
        using InferenceSession session = Open(starter.Export(new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes }));
        byte[] bytes = [.. starter.Images.Images.Take(64).SelectMany(image => image.Decode().Pixels)];
        float[] found = session.Run(new DenseTensor<byte>(bytes, [64, 64, 64, 3]), "Score")[0];
        LargestDifference(found, starter.Score.AsSpan(0, 64 * starter.ClassCount)).Should().BeLessThan(1e-5f);
    }

    // What is left of the difference to Pillow is one level in less than a pixel in a thousand, see PreprocessingGraphTests.
    [Theory]
    [InlineData("rgb-500x375.png", OnnxPrecision.Float32, 2e-4f)]
    [InlineData("rgb-33x47.png", OnnxPrecision.Float32, 2e-4f)]
    [InlineData("photo-640x480.jpg", OnnxPrecision.Float32, 2e-4f)]
    [InlineData("rgb-500x375.png", OnnxPrecision.Float16, 2e-3f)]
    public void Export_RgbBytesOfAnotherSize_ScoresNearly(string file, OnnxPrecision precision, float tolerance)
    {
        RgbImage image = ImageSource.FromFile(Fixtures.Path("images/" + file)).Decode();
        using Tensor pixels = starter.Classifier.Preprocessor.Load([ImageSource.FromRgb(image, file)]),
            logits = starter.Classifier.Forward(pixels);
        using Tensor score = logits.softmax(-1);
        using InferenceSession session = Open(
            starter.Export(new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes, Precision = precision }));
        float[] found = session.Run(new DenseTensor<byte>(image.Pixels, [1, image.Height, image.Width, 3]), "Score")[0];
        LargestDifference(found, score.data<float>().ToArray()).Should().BeLessThan(tolerance);
    }

    [Theory]
    [InlineData("hf-quickgelu", OnnxPrecision.Float32, 5e-5f)]
    [InlineData("hf-gelu-sharded", OnnxPrecision.Float32, 5e-5f)]
    [InlineData("openai-resnet/model.pt", OnnxPrecision.Float32, 5e-5f)]
    [InlineData("openai-resnet/model.pt", OnnxPrecision.Float16, 5e-3f)]
    public void Export_OfEachArchitecture_GivesTheClassifiersLogits(string model, OnnxPrecision precision, float tolerance)
    {
        using var scope = NewDisposeScope();
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/" + model));
        using ImageClassifier classifier = ZeroShotHead.Build(clip, ["cat", "dog", "bird"], PromptTemplates.Simple);
        using SafetensorsFile expected = SafetensorsFile.Open(Fixtures.Path($"models/{model.Split('/')[0]}/expected.safetensors"));
        Tensor pixels = expected.Read("pixel_values");
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        OnnxExporter.Export(classifier, file, new OnnxExportOptions { Precision = precision });
        using InferenceSession session = Open(file);
        float[] found = session.Run(
            new DenseTensor<float>(pixels.data<float>().ToArray(), [.. pixels.shape.Select(d => (int)d)]), "logits")[0];
        LargestDifference(found, classifier.Forward(pixels).data<float>().ToArray()).Should().BeLessThan(tolerance);
    }

    [Theory]
    [InlineData("starter-clip")]
    [InlineData("openai-resnet/model.pt")]
    public void Export_Float32_ScoresEveryImageOfEmojiShiftAsTheClassifierDoes(string model)
    {
        using ClipModel clip = ClipModel.Load(model == "starter-clip" ? Fixtures.Data(model) : Fixtures.Path("models/" + model));
        using ImageClassifier classifier = ZeroShotHead.Build(
            clip, starter.Images.ClassNames, new PromptTemplates("icon", ["an icon of a {}."]));
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        OnnxExporter.Export(classifier, file);
        using InferenceSession session = Open(file);
        ImageSource[] images = [.. Directory.GetDirectories(Fixtures.Data("emoji-shift/shifts"))
            .Append(Fixtures.Data("emoji-shift/reference/test"))
            .SelectMany(folder => LabelledImages.FromFolder(folder, starter.Images.ClassNames).Images)];
        images.Should().HaveCount(2373);
        foreach (ImageSource[] batch in images.Chunk(128))
        {
            using var scope = NewDisposeScope();
            Tensor pixels = classifier.Preprocessor.Load(batch);
            float[] found = session.Run(
                new DenseTensor<float>(pixels.data<float>().ToArray(), [.. pixels.shape.Select(d => (int)d)]), "Score")[0];
            LargestDifference(found, classifier.Forward(pixels).softmax(-1).data<float>().ToArray()).Should().BeLessThan(1e-4f);
        }
    }

    [Fact]
    public void Export_ClassNamesOfAnyText_LieInTheMetadataInOrder()
    {
        string[] names = ["\"quoted\", \\ and\nbroken", "ığüşöç İ", "🦙", "plain"];
        using Tensor weight = rand(4, starter.Classifier.Spec.EmbeddingDimension), bias = zeros(4);
        using var weights = new Weights(
            starter.Classifier.Weights.Where(w => !w.Key.StartsWith("classification_head", StringComparison.Ordinal))
            .Select(w => KeyValuePair.Create(w.Key, w.Value.detach().clone()))
            .Append(KeyValuePair.Create("classification_head.weight", weight.alias()))
            .Append(KeyValuePair.Create("classification_head.bias", bias.alias())));
        using var classifier = new ImageClassifier(starter.Classifier.Spec with { ClassNames = [.. names] }, weights);
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        OnnxExporter.Export(classifier, file);
        using InferenceSession session = Open(file);
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        JsonSerializer.Deserialize<string[]>(metadata["class_names"]).Should().Equal(names);
        JsonSerializer.Deserialize<float[]>(metadata["image_mean"]).Should().Equal(classifier.Preprocessor.Mean);
        metadata["image_size"].Should().Be("64");
        session.ModelMetadata.ProducerName.Should().Be("WiseFt");
    }

    [Fact]
    public void Export_WithoutSlotNames_UsesTheMainOperatorSetOnly()
    {
        byte[] with = File.ReadAllBytes(starter.Export()),
        without = File.ReadAllBytes(starter.Export(new OnnxExportOptions { SlotNames = false }));
        with.AsSpan().IndexOf("ai.onnx.ml"u8).Should().BePositive();
        without.AsSpan().IndexOf("ai.onnx.ml"u8).Should().Be(-1);
    }

    [Fact]
    public void Export_Twice_WritesTheSameBytes() =>
        File.ReadAllBytes(starter.Export()).AsSpan().SequenceEqual(File.ReadAllBytes(starter.Export())).Should().BeTrue();
}
