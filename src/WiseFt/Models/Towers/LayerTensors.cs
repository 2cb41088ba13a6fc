using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>The tensors of the layers that networks are made of. A network's own table is beside its layers, and says what it needs
/// without making any.</summary>
/// <remarks>Files are compared with the tables before memory is taken, so a damaged configuration cannot ask for more than the file
/// holds.</remarks>
internal static class LayerTensors
{
    public static IEnumerable<TensorInfo> Linear(string name, long inputs, long outputs) =>
        [new($"{name}.weight", [outputs, inputs]), new($"{name}.bias", [outputs])];

    public static IEnumerable<TensorInfo> LayerNorm(string name, long d) => [new($"{name}.weight", [d]), new($"{name}.bias", [d])];

    public static IEnumerable<TensorInfo> BatchNorm(string name, long d) =>
    [
        new($"{name}.weight", [d]),
        new($"{name}.bias", [d]),
        new($"{name}.running_mean", [d], TensorRole.Statistic),
        new($"{name}.running_var", [d], TensorRole.Statistic),
        new($"{name}.num_batches_tracked", [], TensorRole.Counter),
    ];

    /// <summary>A convolution without bias and the batch normalisation after it, which have a number in common.</summary>
    public static IEnumerable<TensorInfo> Convolution(string name, int number, long inputs, long outputs, long kernel) =>
        [new($"{name}.conv{number}.weight", [outputs, inputs, kernel, kernel]), .. BatchNorm($"{name}.bn{number}", outputs)];
}
