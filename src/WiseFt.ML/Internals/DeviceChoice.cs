using System.Globalization;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Where a component computes: its own option first, then the MLContext's GPU, then the CPU.</summary>
internal static class DeviceChoice
{
    /// <summary>Checks the text of a device.</summary>
    /// <exception cref="ArgumentException">It is not "cpu", "cuda", "cuda:N" or "mps".</exception>
    public static string? Check(string? device, string member)
    {
        if (device is null or "cpu" or "cuda" or "mps") return device;
        bool indexed = device.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return indexed ? device : throw new ArgumentException($"{member} is '{device}'; expected cpu, cuda, cuda:N with the GPU's number, or mps.", member);
    }

    /// <summary>Chooses.</summary>
    /// <param name="environment">Its <c>GpuDeviceId</c> and <c>FallbackToCpu</c> are read now, not when the component was made.</param>
    /// <param name="option">The component's option, or null.</param>
    /// <param name="channel">Told when a GPU was asked for and the CPU is used.</param>
    /// <exception cref="InvalidOperationException">The GPU asked for is not there, and the CPU was asked for by name or falling back is forbidden.</exception>
    public static Device Resolve(IHostEnvironment environment, string? option, IChannel channel)
    {
        var settings = (IHostEnvironmentInternal)environment;
        string wanted = option ?? (settings.GpuDeviceId is { } id ? string.Create(CultureInfo.InvariantCulture, $"cuda:{id}") : "cpu");
        if (Absence(wanted) is not { } reason) return device(wanted);
        if (option is not null || !settings.FallbackToCpu)
            throw new InvalidOperationException(
                $"Device {wanted} was asked for, but {reason}. " +
                (option is null ? "Set mlContext.FallbackToCpu, or mlContext.GpuDeviceId to null." : "Set the option Device to cpu or leave it null."));
        channel.Warning($"Device {wanted} was asked for, but {reason}; computing on the CPU.");
        return CPU;
    }

    private static string? Absence(string wanted)
    {
        if (wanted == "cpu") return null;
        if (wanted == "mps") return mps_is_available() ? null : "there is no Apple GPU";
        if (!cuda.is_available()) return "libtorch finds no CUDA device (a TorchSharp-cuda package and NVIDIA's driver are needed)";
        int index = wanted == "cuda" ? 0 : int.Parse(wanted.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture);
        return index < cuda.device_count() ? null : string.Create(CultureInfo.InvariantCulture, $"there are only {cuda.device_count()} CUDA devices");
    }
}
