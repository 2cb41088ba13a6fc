using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Runs;

/// <summary>Where to compute, as it is written: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> with the GPU's number, or <c>mps</c>.</summary>
internal static class ComputeDevice
{
    private const string Cpu = "cpu", Cuda = "cuda", Mps = "mps", Numbered = Cuda + ":";

    /// <summary>The text, if it names a device, there or not.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="name">What to call it in the message.</param>
    /// <exception cref="ArgumentException">It names none.</exception>
    public static string Check(string text, string name) => text is Cpu or Cuda or Mps || Number(text) is not null
        ? text
        : throw new ArgumentException($"{name} is '{text}'; expected cpu, cuda, cuda:N with the GPU's number, or mps.", name);

    /// <summary>Why a device cannot be used, to stand after "but"; null where it can.</summary>
    /// <param name="text">A text that <see cref="Check"/> lets pass.</param>
    public static string? Absence(string text) => text switch
    {
        Cpu => null,
        Mps => mps_is_available() ? null : "there is no Apple GPU",
        _ when !cuda.is_available() => "libtorch finds no CUDA device (a TorchSharp-cuda package and NVIDIA's driver are needed)",
        _ => (Number(text) ?? 0) < cuda.device_count()
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"there are only {cuda.device_count()} CUDA devices"),
    };

    /// <summary>The device of a text that <see cref="Check"/> lets pass; <c>cuda</c> is the first GPU.</summary>
    public static Device Of(string text) => text switch
    {
        Cpu => CPU,
        Mps => device(text),
        _ => new Device(DeviceType.CUDA, Number(text) ?? 0),
    };

    private static int? Number(string text) =>
        text.StartsWith(Numbered, StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(Numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
