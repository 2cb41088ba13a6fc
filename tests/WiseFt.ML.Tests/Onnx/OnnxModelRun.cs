using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace WiseFt.ML.Tests;

/// <summary>Runs a model in ONNX Runtime.</summary>
internal static class OnnxModelRun
{
    /// <summary>A session whose threads sleep when idle, since tests share their processors.</summary>
    public static InferenceSession Open(string path)
    {
        using SessionOptions options = Quiet();
        return new InferenceSession(path, options);
    }

    /// <inheritdoc cref="Open(string)"/>
    public static InferenceSession Open(byte[] model)
    {
        using SessionOptions options = Quiet();
        return new InferenceSession(model, options);
    }

    /// <summary>The only input to some outputs, each as its numbers row by row.</summary>
    public static float[][] Run<T>(this InferenceSession session, DenseTensor<T> input, params string[] outputs)
    {
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], input)], outputs);
        return [.. results.Select(result => result.AsTensor<float>().ToArray())];
    }

    /// <summary>The largest absolute difference of two lists of equal length.</summary>
    public static float LargestDifference(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        found.Length.Should().Be(expected.Length);
        float largest = 0;
        for (int i = 0; i < found.Length; i++) largest = Math.Max(largest, Math.Abs(found[i] - expected[i]));
        return largest;
    }

    private static SessionOptions Quiet()
    {
        var options = new SessionOptions();
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }
}
