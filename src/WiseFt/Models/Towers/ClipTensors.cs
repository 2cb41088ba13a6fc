using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>The architecture as a table: every tensor of a model, without making any.</summary>
/// <remarks>Files are compared with it before memory is taken, so a damaged configuration cannot ask for more than the file holds.</remarks>
internal static class ClipTensors
{
    /// <summary>All tensors of a model under OpenAI's names.</summary>
    public static IReadOnlyList<TensorInfo> Of(ClipConfig config)
    {
        long e = config.EmbeddingDimension;
        return
        [
            .. OfVision(config.Vision, e),
            .. OfText(config.Text, e),
            new TensorInfo("logit_scale", []),
        ];
    }

    /// <summary>The image encoder's, whose names begin with <c>visual.</c>.</summary>
    public static IEnumerable<TensorInfo> OfVision(VisionConfig vision, long e) => vision.ResNet is null ? VisionTransformer(vision, e) : ModifiedResNet(vision, e);

    /// <summary>The text encoder's.</summary>
    public static IEnumerable<TensorInfo> OfText(TextConfig text, long e)
    {
        long d = text.Width;
        return
        [
            new("token_embedding.weight", [text.VocabularySize, d]),
            new("positional_embedding", [text.ContextLength, d]),
            .. Enumerable.Range(0, text.Layers).SelectMany(i => AttentionBlock($"transformer.resblocks.{i}", d, text.MlpWidth)),
            .. Norm("ln_final", d),
            new("text_projection", [d, e]),
        ];
    }

    private static IEnumerable<TensorInfo> VisionTransformer(VisionConfig vision, long e)
    {
        long d = vision.Width, p = vision.PatchSize;
        return
        [
            new("visual.conv1.weight", [d, 3, p, p]),
            new("visual.class_embedding", [d]),
            new("visual.positional_embedding", [vision.TokenCount, d]),
            .. Norm("visual.ln_pre", d),
            .. Enumerable.Range(0, vision.Layers).SelectMany(i => AttentionBlock($"visual.transformer.resblocks.{i}", d, vision.MlpWidth)),
            .. Norm("visual.ln_post", d),
            new("visual.proj", [d, e]),
        ];
    }

    private static IEnumerable<TensorInfo> ModifiedResNet(VisionConfig vision, long e)
    {
        long w = vision.Width, d = vision.AttentionWidth;
        var tensors = new List<TensorInfo>(
        [
            .. Convolution("visual", 1, 3, w / 2, 3),
            .. Convolution("visual", 2, w / 2, w / 2, 3),
            .. Convolution("visual", 3, w / 2, w, 3),
        ]);
        long inputs = w;
        int[] counts = vision.ResNet!.Counts;
        for (int stage = 0; stage < counts.Length; stage++)
            for (int i = 0; i < counts[stage]; i++)
            {
                long planes = w << stage;
                tensors.AddRange(Bottleneck($"visual.layer{stage + 1}.{i}", inputs, planes, hasShortcut: i == 0));
                inputs = planes * Models.Bottleneck.Expansion;
            }
        return [.. tensors, new("visual.attnpool.positional_embedding", [vision.TokenCount, d]), .. AttentionPool("visual.attnpool", d, e)];
    }

    private static IEnumerable<TensorInfo> AttentionBlock(string name, long d, long hidden) =>
    [
        new($"{name}.attn.in_proj_weight", [3 * d, d]),
        new($"{name}.attn.in_proj_bias", [3 * d]),
        .. Linear($"{name}.attn.out_proj", d, d),
        .. Norm($"{name}.ln_1", d),
        .. Linear($"{name}.mlp.c_fc", d, hidden),
        .. Linear($"{name}.mlp.c_proj", hidden, d),
        .. Norm($"{name}.ln_2", d),
    ];

    private static IEnumerable<TensorInfo> Bottleneck(string name, long inputs, long planes, bool hasShortcut)
    {
        long outputs = planes * Models.Bottleneck.Expansion;
        return
        [
            .. Convolution(name, 1, inputs, planes, 1),
            .. Convolution(name, 2, planes, planes, 3),
            .. Convolution(name, 3, planes, outputs, 1),
            .. hasShortcut ? (TensorInfo[])[new($"{name}.downsample.0.weight", [outputs, inputs, 1, 1]), .. BatchNorm($"{name}.downsample.1", outputs)] : [],
        ];
    }

    private static IEnumerable<TensorInfo> AttentionPool(string name, long d, long e) =>
        [.. Linear($"{name}.k_proj", d, d), .. Linear($"{name}.q_proj", d, d), .. Linear($"{name}.v_proj", d, d), .. Linear($"{name}.c_proj", d, e)];

    private static IEnumerable<TensorInfo> Convolution(string name, int number, long inputs, long outputs, long kernel) =>
        [new($"{name}.conv{number}.weight", [outputs, inputs, kernel, kernel]), .. BatchNorm($"{name}.bn{number}", outputs)];

    private static IEnumerable<TensorInfo> Linear(string name, long inputs, long outputs) => [new($"{name}.weight", [outputs, inputs]), new($"{name}.bias", [outputs])];

    private static IEnumerable<TensorInfo> Norm(string name, long d) => [new($"{name}.weight", [d]), new($"{name}.bias", [d])];

    private static IEnumerable<TensorInfo> BatchNorm(string name, long d) =>
    [
        .. Norm(name, d),
        new($"{name}.running_mean", [d], TensorRole.Statistic),
        new($"{name}.running_var", [d], TensorRole.Statistic),
        new($"{name}.num_batches_tracked", [], TensorRole.Counter),
    ];
}
