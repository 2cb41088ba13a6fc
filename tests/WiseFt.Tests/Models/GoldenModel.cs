using System.Text.Json;
using WiseFt.Classification;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>A model of the fixtures with what the reference computed with it.</summary>
internal sealed class GoldenModel : IDisposable
{
    public const float FeatureTolerance = 1e-5f;
    public const float LogitTolerance = 1e-3f;

    private readonly SafetensorsFile _expected;
    private readonly JsonDocument _inputs;

    public GoldenModel(string name)
    {
        Name = name;
        Folder = Fixtures.Path("models/" + name);
        _expected = SafetensorsFile.Open(Path.Combine(Folder, "expected.safetensors"));
        _inputs = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")));
    }

    /// <summary>Every model of the fixtures.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetDirectories(Fixtures.Path("models")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> All => new(Names);

    public string Name { get; }

    public string Folder { get; }

    public Tensor Pixels() => _expected.Read("pixel_values");

    public Tensor Ids() => _expected.Read("input_ids");

    public IReadOnlyList<string> Texts => [.. Strings("texts")];

    public IReadOnlyList<string> Images => [.. Strings("images").Select(n => Fixtures.Path("images/" + n))];

    /// <summary>The largest differences from the reference, from its own pixels and ids.</summary>
    public Errors Measure(ClipModel clip)
    {
        using Tensor pixels = Pixels(), ids = Ids();
        return Measure(clip, pixels, ids);
    }

    public Errors Measure(ClipModel clip, Tensor pixels, Tensor ids)
    {
        using var scope = NewDisposeScope();
        Tensor images = clip.EncodeImage(pixels), texts = clip.EncodeText(ids);
        Tensor logits = (images / images.norm(-1, keepdim: true)).matmul(
            (texts / texts.norm(-1, keepdim: true)).t()) * Math.Exp(clip.LogitScale);
        return new Errors(Error(images, "image_features"), Error(texts, "text_features"), Error(logits, "logits_per_image"));
    }

    public float Error(Tensor actual, string name)
    {
        using var scope = NewDisposeScope();
        Tensor expected = _expected.Read(name);
        actual.shape.Should().Equal(expected.shape);
        return (actual - expected).abs().max().item<float>();
    }

    public void Dispose()
    {
        _expected.Dispose();
        _inputs.Dispose();
    }

    private IEnumerable<string> Strings(string name) => _inputs.RootElement.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    internal sealed record Errors(float ImageFeatures, float TextFeatures, float Logits)
    {
        public void ShouldBeWithinTolerance()
        {
            ImageFeatures.Should().BeLessThan(FeatureTolerance);
            TextFeatures.Should().BeLessThan(FeatureTolerance);
            Logits.Should().BeLessThan(LogitTolerance);
        }
    }
}
