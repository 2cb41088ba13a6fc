using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>Weights that come without a configuration: OpenAI's archives, state dicts, single safetensors files. The architecture is read
/// from their shapes.</summary>
/// <remarks>
/// Source: openai/CLIP clip/model.py <c>build_model</c>. Shapes do not tell the number of heads, which is taken as one for each 64
/// channels as in all of OpenAI's models, nor the activation. Differs from it: the MLP's width is read too;
/// the larger towers of open_clip, whose heads are wider, are refused.
/// </remarks>
internal static class OpenAIFormat
{
    private const string WeightsName = "model.safetensors";
    private const int MlpRatio = 4;
    private const double DefaultEpsilon = 1e-5;
    private const int HeadWidth = 64;

    // open_clip's ViT-H, ViT-g and ViT-bigG: heads of 80, 88 and 104.
    private static readonly int[] _widthsWithOtherHeads = [1280, 1408, 1664];

    /// <summary>Opens the file and infers the architecture from its shapes.</summary>
    public static ClipCheckpoint Open(ClipFiles files, ClipOverrides overrides) =>
        overrides.OpenWeights(files.Weights).OrDispose(tensors =>
        {
            ClipConfig config = ReadShapes(tensors, overrides.Activation ?? Activation.QuickGelu);
            var (tokenizer, vocabulary) = ClipVocabulary.Open(files.Folder, overrides.VocabularyPath, config);
            return new ClipCheckpoint
            {
                Path = files.Path,
                Visual = files.Visual,
                Layout = $"{(tensors.IsPyTorch ? "PyTorch" : "safetensors")} file, {tensors.Naming}",
                Config = config,
                ConfigSource = "the shape of its other tensors",
                ActivationSource = overrides.ActivationSource(
                    "assumed, since weights alone do not tell: OpenAI's models have quick_gelu, most of open_clip's gelu"),
                Tokenizer = tokenizer,
                VocabularyPath = vocabulary,
                Preprocessor = new ClipPreprocessor { Resolution = config.Vision.Resolution },
                Assumptions =
                [
                    .. overrides.Activation is not null ? (string[])[]
                        : ["The file says nothing of its activation: quick_gelu is assumed, as in OpenAI's models; most of open_clip's " +
                            "have " +
                            "gelu. --activation gelu|quick-gelu decides."],
                    .. ClipOverrides.AssumedVocabulary(vocabulary),
                    "The file says nothing of its preprocessing: OpenAI's is assumed. A folder with the model's configuration decides.",
                ],
                Notes = tensors.Notes,
                Tensors = tensors,
            };
        });

    /// <summary>The architecture that the shapes of tensors tell.</summary>
    /// <param name="file">The model's tensors.</param>
    /// <param name="activation">The activation, which shapes do not tell.</param>
    /// <exception cref="CheckpointException">A tensor that is needed is missing or has an impossible shape.</exception>
    public static ClipConfig ReadShapes(RenamedTensors file, Activation activation)
    {
        VisionConfig vision = file.Shape("visual.attnpool.positional_embedding") is null
            ? ReadVisionTransformer(file, activation)
            : ReadResNet(file);
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

    /// <summary>Why a model cannot be written so that it comes back as it is, one clause each; empty if it can.</summary>
    public static IEnumerable<string> Problems(ClipConfig config, ClipPreprocessor preprocessor) =>
        Problems(config).Concat(Problems(preprocessor)).Where(p => p.Applies).Select(p => p.Problem);

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An empty folder.</param>
    public static void Write(ClipContents model, string folder)
    {
        if (!ClipVocabulary.IsOpenAIs(model.Tokenizer)) ClipVocabulary.Write(model.Tokenizer, folder);
        model.WriteWeights(Path.Combine(folder, WeightsName), KeyMap.OpenAI);
    }

    private static (bool Applies, string Problem)[] Problems(ClipConfig config)
    {
        VisionConfig vision = config.Vision;
        TextConfig text = config.Text;
        bool hasMlp = vision.Tower.HasMlp;
        return
        [
            (config.Activations.Any(a => a != Activation.QuickGelu),
                "OpenAI's models have quick_gelu, and a file of weights alone cannot say otherwise"),
            (vision.Heads != Heads(vision.AttentionWidth) || text.Heads != Heads(text.Width),
                $"OpenAI's models have {HeadWidth} channels a head, and a file of weights alone cannot say otherwise"),
            (text.MlpWidth != MlpRatio * text.Width || (hasMlp && vision.MlpWidth != MlpRatio * vision.Width),
                $"OpenAI's MLPs are {MlpRatio} times as wide as the encoder"),
            (hasMlp && _widthsWithOtherHeads.Contains(vision.Width),
                $"a width of {vision.Width} is taken for open_clip's, with wider heads"),
            (text.LayerNormEpsilon != DefaultEpsilon || vision.LayerNormEpsilon != DefaultEpsilon,
                "OpenAI's layer normalisation adds 1e-5"),
            (text.EndToken is { } end && end != text.VocabularySize - 1,
                "OpenAI's models take the token with the largest id as the end of a text"),
        ];
    }

    private static (bool Applies, string Problem)[] Problems(ClipPreprocessor preprocessor)
    {
        // What a crop of the shorter side does not use, and what is no part of a checkpoint.
        ClipPreprocessor compared = preprocessor with
        {
            FillColor = 0,
            Decoding = ImageDecoding.Default,
            Convention = PreprocessingConvention.OpenAI,
        };
        return [
            (compared != new ClipPreprocessor { Resolution = preprocessor.Resolution },
                "its preprocessing is not OpenAI's, and a file of weights alone cannot say so")];
    }

    private static VisionConfig ReadVisionTransformer(RenamedTensors file, Activation activation)
    {
        int width = Extent(file, "visual.conv1.weight", 0), patch = Extent(file, "visual.conv1.weight", 3);
        if (_widthsWithOtherHeads.Contains(width))
            throw new CheckpointException(
                $"{file.Path}: the image encoder is {width} wide, as in open_clip's ViT-H, ViT-g and ViT-bigG, " +
                "and its number of heads cannot be seen from the file. Load the folder with its open_clip_config.json or config.json.");
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
            ModifiedResNet.Stride * Grid(file, "visual.attnpool.positional_embedding"), width,
            new ResNetStages(Stage(1), Stage(2), Stage(3), Stage(4))));
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
            "'token_embedding.weight' or 'transformer.resblocks' are missing. " +
            "Use the whole model that it was fine-tuned from, or put both together with `wiseft convert`.");
    }

    /// <summary>Side of the square of position embeddings that follow the class token's.</summary>
    private static int Grid(RenamedTensors file, string name)
    {
        int tokens = Extent(file, name, 0) - 1, side = (int)Math.Round(Math.Sqrt(Math.Max(0, tokens)));
        return side > 0 && side * side == tokens
            ? side
            : throw new CheckpointException(
                $"{file.Path}: '{name}' has {tokens + 1} rows; expected one more than a square number. Only square images are read.");
    }

    private static int Heads(RenamedTensors file, string encoder, int width) => Heads(width) ?? throw new CheckpointException(
        $"{file.Path}: the {encoder} encoder is {width} wide, which is no multiple of {HeadWidth}, " +
        "so its number of heads cannot be seen from the file. Load the folder with its configuration.");

    private static int Count(RenamedTensors file, string format)
    {
        int count = 0;
        while (file.Shape(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, count)) is not null) count++;
        return count;
    }

    private static int Extent(RenamedTensors file, string name, int axis)
    {
        if (file.Shape(name) is not { } shape)
            throw new CheckpointException(
                $"{file.Path}: '{name}' is missing ({file.Naming}), so this is no whole CLIP model. Fetch it again.");
        return shape.Length > axis && shape[axis] <= int.MaxValue
            ? (int)shape[axis]
            : throw new CheckpointException(
                $"{file.Path}: '{name}' is ({string.Join(", ", shape)}), which is no CLIP's. The file is damaged or of another model.");
    }

    /// <summary>How many heads attention of a width is taken to have; null where the width does not tell.</summary>
    private static int? Heads(long width) => width % HeadWidth == 0 ? (int)(width / HeadWidth) : null;
}
