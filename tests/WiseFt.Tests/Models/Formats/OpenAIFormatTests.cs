using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class OpenAIFormatTests
{
    public static TheoryData<string> Published => PublishedModels.Names;

    [Theory]
    [MemberData(nameof(Published))]
    public void ParameterCount_OfAPublishedModel_IsThePublishedOne(string name)
    {
        var (config, parameters, visual) = PublishedModels.Get(name);
        config.ParameterCount.Should().Be(parameters);
        config.Tensors().Where(t => t.Role == TensorRole.Parameter && t.Name.StartsWith("visual.", StringComparison.Ordinal))
            .Sum(t => t.ElementCount)
            .Should().Be(visual);
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Read_ShapesOfAPublishedModel_GivesItsConfiguration(string name)
    {
        ClipConfig config = PublishedModels.Get(name).Config;
        using RenamedTensors tensors = RenamedTensors.Of(new ShapesOnly(config.Tensors()));
        OpenAIFormat.ReadShapes(tensors, Activation.QuickGelu).Should().Be(config);
    }

    [Theory]
    [InlineData("ViT-B/32")]
    [InlineData("ViT-L/14")]
    public void Read_ShapesUnderHuggingFaceNames_GivesTheConfiguration(string name)
    {
        ClipConfig config = PublishedModels.Get(name).Config;
        using RenamedTensors tensors = RenamedTensors.Of(new ShapesOnly(config.Tensors().SelectMany(ToHuggingFace)));
        tensors.Naming.Should().Be("Hugging Face's names");
        OpenAIFormat.ReadShapes(tensors, Activation.QuickGelu).Should().Be(config);
        tensors.RequireExactly(config.Tensors(), "the configuration");
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("image_encoder.model.")]
    public void Read_ShapesBehindAPrefix_GivesTheConfiguration(string prefix)
    {
        ClipConfig config = PublishedModels.Get("RN50").Config;
        using RenamedTensors tensors = RenamedTensors.Of(new ShapesOnly(config.Tensors().Select(t => t with { Name = prefix + t.Name })));
        OpenAIFormat.ReadShapes(tensors, Activation.QuickGelu).Should().Be(config);
        tensors.RequireExactly(config.Tensors(), "the configuration");
    }

    [Fact]
    public void Read_TextModuleOfItsOwn_GivesTheConfiguration()
    {
        ClipConfig config = PublishedModels.Get("ViT-B/16").Config;
        IEnumerable<TensorInfo> renamed = config.Tensors()
            .Select(t =>
                t.Name.StartsWith("visual.", StringComparison.Ordinal) || t.Name == "logit_scale" ? t : t with { Name = "text." + t.Name });
        using RenamedTensors tensors = RenamedTensors.Of(new ShapesOnly(renamed));
        OpenAIFormat.ReadShapes(tensors, Activation.QuickGelu).Should().Be(config);
        tensors.RequireExactly(config.Tensors(), "the configuration");
    }

    [Fact]
    public void Read_ImageEncoderAlone_SaysThatTheTextEncoderIsMissing()
    {
        IEnumerable<TensorInfo> visual = PublishedModels.Get("ViT-B/32").Config.Tensors().Where(t =>
            t.Name.StartsWith("visual.", StringComparison.Ordinal))
            .Select(t => t with { Name = "image_encoder.model." + t.Name }).Append(new TensorInfo("classification_head.weight", [10, 512]));
        using RenamedTensors tensors = RenamedTensors.Of(new ShapesOnly(visual));
        tensors.Invoking(t => OpenAIFormat.ReadShapes(t, Activation.QuickGelu)).Should().Throw<CheckpointException>()
            .WithMessage("*shapes-only*image encoder without its text encoder*wiseft convert*");
    }

    [Theory]
    [InlineData(1280, "*ViT-H*open_clip_config.json*")] // heads of 80
    [InlineData(100, "*no multiple of 64*")]
    public void Read_WidthThatDoesNotTellTheHeads_IsRefused(int width, string message)
    {
        ClipConfig config = PublishedModels.Get("ViT-B/32").Config;
        config = config with { Vision = config.Vision with { Width = width, Heads = 4, MlpWidth = 4 * width } };
        using RenamedTensors tensors = RenamedTensors.Of(new ShapesOnly(config.Tensors()));
        tensors.Invoking(t => OpenAIFormat.ReadShapes(t, Activation.QuickGelu)).Should().Throw<CheckpointException>().WithMessage(message);
    }

    [Theory]
    [MemberData(nameof(GoldenModel.All), MemberType = typeof(GoldenModel))]
    public void Of_AConfiguration_ListsTheTensorsOfItsModules(string name)
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/" + name));
        var modules = clip.ImageEncoder.Weights.Concat(clip.TextEncoder.Weights)
            .Select(w => $"{w.Key} ({string.Join(", ", w.Value.shape)})").Append("logit_scale ()");
        clip.Config.Tensors().Select(t => $"{t.Name} ({string.Join(", ", t.Shape)})").Should().BeEquivalentTo(modules);
    }

    private static IEnumerable<TensorInfo> ToHuggingFace(TensorInfo tensor)
    {
        KeyRule rule = KeyMap.HuggingFace.Find(tensor.Name)!;
        return rule.Operation switch
        {
            KeyOperation.Transpose => [new(rule.Sources[0], [.. tensor.Shape.Reverse()])],
            KeyOperation.Stack => rule.Sources.Select(s => new TensorInfo(s, [tensor.Shape[0] / 3, .. tensor.Shape.Skip(1)])),
            _ => [new(rule.Sources[0], tensor.Shape)],
        };
    }

    /// <summary>A file whose tensors have shapes and no data, so that large models cost nothing.</summary>
    private sealed class ShapesOnly(IEnumerable<TensorInfo> tensors) : ITensorFile
    {
        public string Path => "shapes-only";

        public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = tensors.ToDictionary(
            t => t.Name, t => t with { Type = t.Role == TensorRole.Counter ? ScalarType.Int64 : ScalarType.Float16 },
            StringComparer.Ordinal);

        public Tensor Read(string name) => throw new InvalidOperationException("Shapes are all there is.");

        public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations) =>
            throw new InvalidOperationException("Shapes are all there is.");

        public void Dispose()
        {
        }
    }
}
