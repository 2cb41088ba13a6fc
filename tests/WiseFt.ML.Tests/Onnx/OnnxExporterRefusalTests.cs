using TorchSharp;
using WiseFt.Images;
using WiseFt.Onnx;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace WiseFt.ML.Tests;

/// <summary>What cannot be exported is refused with the reason, and nothing is left behind.</summary>
[Collection(nameof(StarterClassifier))]
public sealed class OnnxExporterRefusalTests(StarterClassifier starter)
{
    [Theory]
    [InlineData(ResizeMode.Shortest, ResizeFilter.Lanczos)]
    [InlineData(ResizeMode.Longest, ResizeFilter.Bicubic)]
    public void Export_RgbBytesWithPreprocessingThatOnnxLacks_IsRefused(ResizeMode mode, ResizeFilter interpolation)
    {
        ClipPreprocessor preprocessor = starter.Classifier.Preprocessor with { ResizeMode = mode, ResizeFilter = interpolation };
        using ImageClassifier classifier = With(preprocessor, starter.Classifier.Weights);
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        Action bytes = () => OnnxExporter.Export(classifier, file, new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes });
        bytes.Should().Throw<ArgumentException>().WithMessage($"*{mode} and {interpolation}*Pixels*");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
        OnnxExporter.Export(classifier, file);
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(file);
    }

    [Fact]
    public void Export_RgbBytesWithAShorterSideBelowTheResolution_IsRefused()
    {
        using ImageClassifier classifier = With(starter.Classifier.Preprocessor with { ShorterSide = 63 }, starter.Classifier.Weights);
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        Action export = () => OnnxExporter.Export(classifier, file, new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes });
        export.Should().Throw<ArgumentException>().WithMessage("*63*64*");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Export_Float16OfNumbersBeyondItsRange_NamesTheWeight()
    {
        using Weights weights = starter.Classifier.Weights.Clone();
        using (no_grad()) weights["image_encoder.model.visual.ln_post.bias"].fill_(70000f);
        using ImageClassifier classifier = With(starter.Classifier.Preprocessor, weights);
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        Action export = () => OnnxExporter.Export(classifier, file, new OnnxExportOptions { Precision = OnnxPrecision.Float16 });
        export.Should().Throw<ArgumentException>().WithMessage("*visual.ln_post.bias*65504*Float32*");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Theory]
    [InlineData(632_000_000, OnnxPrecision.Float32, "*632000000*2528000000*Float16*")]
    [InlineData(1_840_000_000, OnnxPrecision.Float16, "*3680000000*cannot be exported*")]
    public void RequireFits_MoreThanAProtocolBufferHolds_IsRefused(long parameterCount, OnnxPrecision precision, string message)
    {
        Action check = () => OnnxExporter.RequireFits(parameterCount, precision);
        check.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory]
    [InlineData(428_000_000, OnnxPrecision.Float32)]
    [InlineData(632_000_000, OnnxPrecision.Float16)]
    public void RequireFits_LargeModels_Pass(long parameterCount, OnnxPrecision precision) =>
        OnnxExporter.RequireFits(parameterCount, precision);

    [Fact]
    public void Export_DisposedClassifier_IsRefused()
    {
        ImageClassifier classifier = With(starter.Classifier.Preprocessor, starter.Classifier.Weights);
        classifier.Dispose();
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        Action export = () => OnnxExporter.Export(classifier, file);
        export.Should().Throw<ObjectDisposedException>();
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Export_ToAFolder_LeavesNothingBehind()
    {
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        Directory.CreateDirectory(file);
        Action export = () => OnnxExporter.Export(starter.Classifier, file);
        export.Should().Throw<Exception>().Which.Should().Match(e => e is IOException || e is UnauthorizedAccessException);
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(file);
    }

    [Fact]
    public void Options_UndeclaredValues_AreRefused()
    {
        Action input = () => _ = new OnnxExportOptions { ImageInput = (OnnxImageInput)9 };
        Action precision = () => _ = new OnnxExportOptions { Precision = (OnnxPrecision)9 };
        input.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*ImageInput is 9*Pixels, RgbBytes*");
        precision.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Precision is 9*Float32, Float16*");
    }

    private ImageClassifier With(ClipPreprocessor preprocessor, Weights weights) =>
        new(starter.Classifier.Spec with { Preprocessor = preprocessor }, weights);
}
