using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WiseFt.ML.Tests;

/// <summary>How many bytes are in use, native ones included.</summary>
internal static partial class NativeHeap
{
    /// <summary>Bytes that native code holds by malloc and that managed code holds after a full collection. Exact with GNU's C library,
    /// where it does not depend on what allocators keep; elsewhere the process's resident memory.</summary>
    public static long InUse()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return IsGnu() ? Allocated() + GC.GetTotalMemory(forceFullCollection: true) : Resident();
    }

    /// <summary>Bytes that native code holds by malloc now; no collection runs a finalizer before they are counted. Exact with GNU's C
    /// library; elsewhere the process's resident memory.</summary>
    public static long Allocated()
    {
        if (!IsGnu()) return Resident();
        MallInfo info = MallInfo2();
        return (long)(info.InUse + info.Mapped);
    }

    /// <summary>The process's memory.</summary>
    public static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static bool IsGnu() => OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library)
        && NativeLibrary.TryGetExport(library, "mallinfo2", out _);

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial MallInfo MallInfo2();

    /// <summary>malloc.h's struct mallinfo2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallInfo
    {
        private readonly nuint _arena, _freeChunks, _fastChunks, _mappedCount;

        /// <summary>Bytes in mapped blocks.</summary>
        public readonly nuint Mapped;

        private readonly nuint _unused, _fastBytes;

        /// <summary>Bytes in use in the arenas.</summary>
        public readonly nuint InUse;

        private readonly nuint _free, _releasable;
    }
}
