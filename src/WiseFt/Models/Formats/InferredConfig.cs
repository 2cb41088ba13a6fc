using WiseFt.Files;

namespace WiseFt.Models;

/// <summary>The architecture of a model that comes without a configuration, from the shapes of its tensors.</summary>
/// <remarks>
/// Source: openai/CLIP clip/model.py <c>build_model</c>. Shapes do not tell the number of heads, which is taken as one for each 64 channels as in all of
/// OpenAI's models, nor the activation. Differs from it: the MLP's width is read too; the larger towers of open_clip, whose heads are wider, are refused.
/// </remarks>
internal static class InferredConfig
{
    /// <summary>Channels of a head in all of OpenAI's models.</summary>
    public const int HeadWidth = 64;

    // open_clip's ViT-H, ViT-g and ViT-bigG: heads of 80, 88 and 104.
    private static readonly int[] _widthsWithOtherHeads = [1280, 1408, 1664];

    /// <summary>How many heads attention of a width is taken to have; null where the width does not tell.</summary>
    public static int? Heads(long width) => width % HeadWidth == 0 ? (int)(width / HeadWidth) : null;

    /// <summary>Whether a vision transformer of a width is one of open_clip's with wider heads.</summary>
    public static bool IsOpenClipWidth(int width) => _widthsWithOtherHeads.Contains(width);

    /// <summary>Reads the shapes.</summary>
    /// <param name="file">The model's tensors.</param>
    /// <param name="activation">The activation, which shapes do not tell.</param>
    /// <exception cref="CheckpointException">A tensor that is needed is missing or has an impossible shape.</exception>
    public static ClipConfig Read(RenamedTensors file, Activation activation)
    {
        VisionConfig vision = file.Shape("visual.attnpool.positional_embedding") is null ? ReadVisionTransformer(file, activation) : ReadResNet(file);
        RequireText(file);
        int width = Extent(file, "ln_final.weight", 0);
        try
        {
            return new ClipConfig
            {
                EmbeddingDimension = Extent(file, "text_projection", 1),
                Vision = vision,
                Text = new TextConfig
                {
                    ContextLength = Extent(file, "positional_embedding", 0),
                    VocabularySize = Extent(file, "token_embedding.weight", 0),
                    Width = width,
                    Layers = Count(file, "transformer.resblocks.{0}.ln_1.weight"),
                    Heads = Heads(file, "text", width),
                    MlpWidth = Extent(file, "transformer.resblocks.0.mlp.c_fc.weight", 0),
                    Activation = activation,
                },
            }.Validated();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{file.Path}: its tensors' shapes are no CLIP's ({e.Message}).", e);
        }
    }

    private static VisionConfig ReadVisionTransformer(RenamedTensors file, Activation activation)
    {
        int width = Extent(file, "visual.conv1.weight", 0), patch = Extent(file, "visual.conv1.weight", 3);
        if (IsOpenClipWidth(width))
            throw new CheckpointException(
                $"{file.Path}: the image encoder is {width} wide, as in open_clip's ViT-H, ViT-g and ViT-bigG, and its number of heads cannot be seen from the file. " +
                "Load the folder with its open_clip_config.json or config.json.");
        return Checked(file, () => new VisionConfig
        {
            Resolution = patch * Grid(file, "visual.positional_embedding"),
            PatchSize = patch,
            Width = width,
            Layers = Count(file, "visual.transformer.resblocks.{0}.ln_1.weight"),
            Heads = Heads(file, "image", width),
            MlpWidth = Extent(file, "visual.transformer.resblocks.0.mlp.c_fc.weight", 0),
            Activation = activation,
        });
    }

    private static VisionConfig ReadResNet(RenamedTensors file)
    {
        int width = Extent(file, "visual.layer1.0.conv1.weight", 0);
        int Stage(int number) => Count(file, $"visual.layer{number}.{{0}}.conv1.weight");
        return Checked(file, () => VisionConfig.ModifiedResNet(
            ModifiedResNet.Stride * Grid(file, "visual.attnpool.positional_embedding"), width, new ResNetStages(Stage(1), Stage(2), Stage(3), Stage(4))));
    }

    private static VisionConfig Checked(RenamedTensors file, Func<VisionConfig> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{file.Path}: its tensors' shapes are no CLIP image encoder's ({e.Message}).", e);
        }
    }

    // A fine-tuned image encoder saved alone is what most people try to load once.
    private static void RequireText(RenamedTensors file)
    {
        if (file.Shape("token_embedding.weight") is not null && file.Shape("transformer.resblocks.0.ln_1.weight") is not null) return;
        throw new CheckpointException(
            $"{file.Path}: the file ({file.Naming}) holds an image encoder without its text encoder, which prompts need: " +
            "'token_embedding.weight' or 'transformer.resblocks' are missing. Use the whole model that it was fine-tuned from, or put both together with `wiseft convert`.");
    }

    /// <summary>Side of the square of position embeddings that follow the class token's.</summary>
    private static int Grid(RenamedTensors file, string name)
    {
        int tokens = Extent(file, name, 0) - 1, side = (int)Math.Round(Math.Sqrt(Math.Max(0, tokens)));
        return side > 0 && side * side == tokens
            ? side
            : throw new CheckpointException($"{file.Path}: '{name}' has {tokens + 1} rows; expected one more than a square number. Only square images are read.");
    }

    private static int Heads(RenamedTensors file, string encoder, int width) => Heads(width) ?? throw new CheckpointException(
        $"{file.Path}: the {encoder} encoder is {width} wide, which is no multiple of {HeadWidth}, so its number of heads cannot be seen from the file. " +
        "Load the folder with its configuration.");

    private static int Count(RenamedTensors file, string format)
    {
        int count = 0;
        while (file.Shape(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, count)) is not null) count++;
        return count;
    }

    private static int Extent(RenamedTensors file, string name, int axis)
    {
        if (file.Shape(name) is not { } shape) throw new CheckpointException($"{file.Path}: '{name}' is missing ({file.Naming}), so this is no whole CLIP model. Fetch it again.");
        return shape.Length > axis && shape[axis] <= int.MaxValue
            ? (int)shape[axis]
            : throw new CheckpointException($"{file.Path}: '{name}' is ({string.Join(", ", shape)}), which is no CLIP's. The file is damaged or of another model.");
    }
}
