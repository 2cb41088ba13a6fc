using System.Collections.Immutable;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>CLIP models of the published shapes with random weights, which cost what the real ones cost.</summary>
internal static class RandomModel
{
    private const int ContextLength = 77, VocabularySize = 49408;
    private const double LogitScale = 4.6052; // ln 100, as in OpenAI's models

    /// <summary>The architecture of a name: b-32, b-16 or l-14.</summary>
    public static ClipConfig Config(string name) => name switch
    {
        "b-32" => Config(embedding: 512, patch: 32, width: 768, layers: 12, textWidth: 512),
        "b-16" => Config(embedding: 512, patch: 16, width: 768, layers: 12, textWidth: 512),
        "l-14" => Config(embedding: 768, patch: 14, width: 1024, layers: 24, textWidth: 768),
        _ => throw new ArgumentException($"There is no model '{name}'; expected b-32, b-16 or l-14."),
    };

    /// <summary>Writes a model as a safetensors file under OpenAI's names, from which its architecture can be read.</summary>
    public static void Write(ClipConfig config, string path)
    {
        using Generator random = new Generator(1);
        using var weights = new Weights(config.Tensors().Select(t => KeyValuePair.Create(t.Name, Tensor(t, random))));
        SafetensorsFile.Write(path, weights);
    }

    private static Tensor Tensor(TensorInfo wanted, Generator random)
    {
        long[] shape = [.. wanted.Shape];
        if (shape.Length == 0) return tensor((float)LogitScale);
        bool isNorm = wanted.Name.Contains("ln_", StringComparison.Ordinal);
        if (isNorm && wanted.Name.EndsWith("weight", StringComparison.Ordinal)) return ones(shape);
        if (wanted.Name.EndsWith("bias", StringComparison.Ordinal)) return zeros(shape);
        using Tensor normal = randn(shape, generator: random);
        using Scalar deviation = 0.02;
        return normal.mul(deviation);
    }

    private static ClipConfig Config(int embedding, int patch, int width, int layers, int textWidth) => new()
    {
        EmbeddingDimension = embedding,
        Vision = new VisionConfig
        {
            Resolution = 224,
            PatchSize = patch,
            Width = width,
            Layers = layers,
            Heads = width / 64,
            MlpWidth = 4 * width,
            Activation = Activation.QuickGelu,
        },
        Text = new TextConfig
        {
            ContextLength = ContextLength,
            VocabularySize = VocabularySize,
            Width = textWidth,
            Layers = 12,
            Heads = textWidth / 64,
            MlpWidth = 4 * textWidth,
            Activation = Activation.QuickGelu,
        },
    };
}
