using WiseFt.Images;

namespace WiseFt.Models;

/// <summary>What a layout cannot say, so that a model written in it would come back as another.</summary>
internal static class LayoutLimits
{
    private const int OpenAIMlpRatio = 4;
    private const double DefaultEpsilon = 1e-5;

    /// <summary>Why a model cannot be written in a layout, one clause each; empty if it can.</summary>
    public static IEnumerable<string> Problems(CheckpointLayout layout, ClipConfig config, ClipPreprocessor preprocessor) => (layout switch
    {
        CheckpointLayout.HuggingFace => HuggingFace(config.Vision, preprocessor),
        CheckpointLayout.OpenClip => OpenClip(config, preprocessor),
        _ => [.. OpenAI(config), .. OpenAI(preprocessor)],
    }).Where(r => r.Applies).Select(r => r.Problem);

    private static (bool Applies, string Problem)[] HuggingFace(VisionConfig vision, ClipPreprocessor preprocessor) =>
    [
        (vision.Tower != ImageTower.VisionTransformer,
            $"transformers' CLIPModel has no {vision.Tower.Name}"),
        (preprocessor.ResizeMode == ResizeMode.Longest,
            "its image processor cannot resize by the longest side"),
    ];

    private static (bool Applies, string Problem)[] OpenClip(ClipConfig config, ClipPreprocessor preprocessor) =>
    [
        (VisionActivation(config) != config.Text.Activation,
            $"open_clip has one activation for both encoders, and these have {config.Vision.Activation} and {config.Text.Activation}"),
        (preprocessor.ShorterSide is not null,
            "open_clip resizes to the size that it crops"),
        (preprocessor.ResizeFilter is not (ResizeFilter.Bicubic or ResizeFilter.Bilinear),
            $"open_clip has no {preprocessor.ResizeFilter} interpolation"),
    ];

    private static (bool Applies, string Problem)[] OpenAI(ClipConfig config)
    {
        VisionConfig vision = config.Vision;
        TextConfig text = config.Text;
        bool hasMlp = vision.Tower.HasMlp;
        return
        [
            (text.Activation != Activation.QuickGelu || VisionActivation(config) != Activation.QuickGelu,
                "OpenAI's models have quick_gelu, and a file of weights alone cannot say otherwise"),
            (vision.Heads != InferredConfig.Heads(vision.AttentionWidth) || text.Heads != InferredConfig.Heads(text.Width),
                $"OpenAI's models have {InferredConfig.HeadWidth} channels a head, and a file of weights alone cannot say otherwise"),
            (text.MlpWidth != OpenAIMlpRatio * text.Width || (hasMlp && vision.MlpWidth != OpenAIMlpRatio * vision.Width),
                $"OpenAI's MLPs are {OpenAIMlpRatio} times as wide as the encoder"),
            (hasMlp && InferredConfig.IsOpenClipWidth(vision.Width),
                $"a width of {vision.Width} is taken for open_clip's, with wider heads"),
            (text.LayerNormEpsilon != DefaultEpsilon || vision.LayerNormEpsilon != DefaultEpsilon,
                "OpenAI's layer normalisation adds 1e-5"),
            (text.EndToken is { } end && end != text.VocabularySize - 1,
                "OpenAI's models take the token with the largest id as the end of a text"),
        ];
    }

    private static (bool Applies, string Problem)[] OpenAI(ClipPreprocessor preprocessor)
    {
        // What a crop of the shorter side does not use, and what is no part of a checkpoint.
        ClipPreprocessor compared = preprocessor with { FillColor = 0, Decoding = ImageDecoding.Default, Convention = PreprocessingConvention.OpenAI };
        return [(compared != new ClipPreprocessor { Resolution = preprocessor.Resolution }, "its preprocessing is not OpenAI's, and a file of weights alone cannot say so")];
    }

    // What has no MLP, as a ModifiedResNet, has its own in every layout.
    private static Activation VisionActivation(ClipConfig config) => config.Vision.Tower.HasMlp ? config.Vision.Activation : config.Text.Activation;
}
