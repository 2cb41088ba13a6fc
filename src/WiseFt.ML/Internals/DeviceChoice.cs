using System.Globalization;
using Microsoft.ML.Runtime;
using WiseFt.Runs;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Where a component computes: its own option first, then the MLContext's GPU, then the CPU.</summary>
internal static class DeviceChoice
{
    /// <summary>Checks the text of a device.</summary>
    /// <exception cref="ArgumentException">It is not "cpu", "cuda", "cuda:N" or "mps".</exception>
    public static string? Check(string? device, string member) => device is null ? null : ComputeDevice.Check(device, member);

    /// <summary>The device of a loaded model: the context's GPU, or the CPU.</summary>
    public static Device OfContext(IHostEnvironment environment)
    {
        using IChannel channel = environment.Start("Loading");
        return Resolve(environment, null, channel);
    }

    /// <summary>Chooses.</summary>
    /// <param name="environment">Its <c>GpuDeviceId</c> and <c>FallbackToCpu</c> are read now, not when the component was made.</param>
    /// <param name="option">The component's option, or null.</param>
    /// <param name="channel">Told when a GPU was asked for and the CPU is used.</param>
    /// <exception cref="InvalidOperationException">The GPU asked for is not there,
    /// and the CPU was asked for by name or falling back is forbidden.</exception>
    public static Device Resolve(IHostEnvironment environment, string? option, IChannel channel)
    {
        var settings = (IHostEnvironmentInternal)environment;
        string wanted = option ?? (settings.GpuDeviceId is { } id ? string.Create(CultureInfo.InvariantCulture, $"cuda:{id}") : "cpu");
        if (ComputeDevice.Absence(wanted) is not { } reason) return ComputeDevice.Of(wanted);
        if (option is not null || !settings.FallbackToCpu)
            throw new InvalidOperationException(
                $"Device {wanted} was asked for, but {reason}. " +
                (option is null
                    ? "Set mlContext.FallbackToCpu, or mlContext.GpuDeviceId to null."
                    : "Set the option Device to cpu or leave it null."));
        channel.Warning($"Device {wanted} was asked for, but {reason}; computing on the CPU.");
        return CPU;
    }
}
