namespace WiseFt;

/// <summary>What a layout cannot say, so that a model written in it would come back as another.</summary>
internal static class LayoutLimits
{
    private const int OpenAIHeadWidth = 64;
    private const int OpenAIMlpRatio = 4;
    private const double DefaultEpsilon = 1e-5;

    /// <summary>Why a model cannot be written in a layout, one clause each; empty if it can.</summary>
    public static IEnumerable<string> Problems(CheckpointLayout layout, ClipConfig config, ClipPreprocessor preprocessor) =>
        Rows(layout, config, preprocessor).Where(r => r.Applies).Select(r => r.Problem);

    private static (bool Applies, string Problem)[] Rows(CheckpointLayout layout, ClipConfig config, ClipPreprocessor preprocessor)
    {
        VisionConfig vision = config.Vision;
        TextConfig text = config.Text;
        bool isResNet = vision.ResNet is not null;
        return layout switch
        {
            CheckpointLayout.HuggingFace =>
            [
                (isResNet, "transformers' CLIPModel has no ModifiedResNet"),
                (preprocessor.ResizeMode == ResizeMode.Longest, "its image processor cannot resize by the longest side"),
            ],
            CheckpointLayout.OpenClip =>
            [
                (!isResNet && vision.Activation != text.Activation, $"open_clip has one activation for both encoders, and these have {vision.Activation} and {text.Activation}"),
                (preprocessor.ShorterSide is not null, "open_clip resizes to the size that it crops"),
                (preprocessor.Interpolation is not (Interpolation.Bicubic or Interpolation.Bilinear), $"open_clip has no {preprocessor.Interpolation} interpolation"),
            ],
            _ =>
            [
                (text.Activation != Activation.QuickGelu || (!isResNet && vision.Activation != Activation.QuickGelu), "OpenAI's models have quick_gelu, and a file of weights alone cannot say otherwise"),
                (vision.AttentionWidth != (long)vision.Heads * OpenAIHeadWidth || text.Width != text.Heads * OpenAIHeadWidth, $"OpenAI's models have {OpenAIHeadWidth} channels a head"),
                (text.MlpWidth != OpenAIMlpRatio * text.Width || (!isResNet && vision.MlpWidth != OpenAIMlpRatio * vision.Width), $"OpenAI's MLPs are {OpenAIMlpRatio} times as wide as the encoder"),
                (text.LayerNormEpsilon != DefaultEpsilon || vision.LayerNormEpsilon != DefaultEpsilon, "OpenAI's layer normalisation adds 1e-5"),
                (text.EndToken is { } end && end != text.VocabularySize - 1, "OpenAI's models take the token with the largest id as the end of a text"),
                (preprocessor with { Decoding = ImageDecoding.Default, Convention = default } != new ClipPreprocessor { Resolution = vision.Resolution }, "its preprocessing is not OpenAI's, and a file of weights alone cannot say otherwise"),
            ],
        };
    }
}
