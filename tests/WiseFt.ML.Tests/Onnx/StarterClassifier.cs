using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using WiseFt.Onnx;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace WiseFt.ML.Tests;

/// <summary>The zero-shot classifier of the starter model, the EmojiShift test images, and what it says about them.</summary>
public sealed class StarterClassifier : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StarterClassifier()
    {
        Images = LabelledImages.FromFolder(Fixtures.Data("emoji-shift/reference/test"));
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        Classifier = ZeroShotHead.Build(clip, Images.ClassNames, new PromptTemplates("icon", ["an icon of a {}."]));
        using var scope = NewDisposeScope();
        Pixels = Classifier.Preprocessor.Load(Images.Images).MoveToOuterDisposeScope();
        Tensor logits = Classifier.Forward(Pixels);
        Logits = logits.data<float>().ToArray();
        Score = logits.softmax(-1).data<float>().ToArray();
    }

    public ImageClassifier Classifier { get; }

    public LabelledImages Images { get; }

    /// <summary>float32 (N, 3, R, R), normalised.</summary>
    public Tensor Pixels { get; }

    /// <summary>float32 (N, K) of all images.</summary>
    public float[] Logits { get; }

    /// <summary>float32 (N, K) of all images.</summary>
    public float[] Score { get; }

    public int ClassCount => Classifier.ClassNames.Count;

    /// <summary>The classifier as an ONNX file, which lives as long as this object.</summary>
    public string Export(OnnxExportOptions? options = null)
    {
        string path = _folder.At($"{Guid.NewGuid():N}.onnx");
        OnnxExporter.Export(Classifier, path, options);
        return path;
    }

    /// <summary>The pixels of some images as an input of a model.</summary>
    public DenseTensor<float> PixelsOf(int start, int count)
    {
        using Tensor part = Pixels.narrow(0, start, count).contiguous();
        return new DenseTensor<float>(part.data<float>().ToArray(), [count, 3, (int)part.shape[2], (int)part.shape[3]]);
    }

    public void Dispose()
    {
        Classifier.Dispose();
        Pixels.Dispose();
        _folder.Dispose();
    }
}
