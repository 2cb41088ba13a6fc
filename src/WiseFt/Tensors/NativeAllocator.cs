using System.Runtime.InteropServices;

namespace WiseFt;

/// <summary>How the C library's allocator, from which libtorch takes its memory, treats what is freed.</summary>
public static partial class NativeAllocator
{
    private const int TrimThreshold = -1, MapThreshold = -3; // malloc.h: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
    private const int KeptBytes = 1 << 30, LargestReused = 32 << 20;

    /// <summary>Lets the process keep up to 1 GiB of freed memory for the next tensors, and reuse pieces of up to 32 MiB.</summary>
    /// <returns>Whether the setting was made: true with glibc on Linux, unless the environment decides (<c>MALLOC_TRIM_THRESHOLD_</c>);
    /// false elsewhere, where nothing changes.</returns>
    /// <remarks>
    /// By default glibc gives the activations of a forward pass back to the system after it, and the next pass pays for the pages again:
    /// 15 to 25 % of the time of a small model (docs/performance.md).
    /// It concerns the whole process, which is why a library does not do it by itself; call it once, at the start.
    /// </remarks>
    public static bool KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is not null) return false;
        try
        {
            return SetOption(TrimThreshold, KeptBytes) == 1 && SetOption(MapThreshold, LargestReused) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // another C library, such as musl
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
