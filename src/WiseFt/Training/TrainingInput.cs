using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>What a training run reads: labels in memory, and pixels or features on demand.</summary>
/// <param name="Labels">Index of the class of each image.</param>
/// <param name="Load">Gives the input of some images in an epoch, called from one background thread: float32 (N, 3, R, R) or (N, E).</param>
/// <param name="Name">What to call an image in messages.</param>
internal sealed record TrainingInput(IReadOnlyList<int> Labels, Func<IReadOnlyList<int>, int, Tensor> Load, Func<int, string> Name)
{
    /// <summary>How many images there are.</summary>
    public int Count => Labels.Count;
}
