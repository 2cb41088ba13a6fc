using System.Diagnostics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>The library that libtorch has its threads from.</summary>
internal static class OpenMP
{
    private static readonly Lazy<SetThreads?> _setThreads = new(Find);

    /// <summary>Whether it is there; libtorch must be loaded.</summary>
    public static bool IsFound => _setThreads.Value is not null;

    /// <summary>Decides how many threads the operations of this thread use, itself among them.</summary>
    /// <remarks><see cref="set_num_threads"/> decides it for threads that have not asked yet, too, all over the process.</remarks>
    public static void UseThreads(int count)
    {
        get_num_threads(); // a thread's first question sets it to the process's number
        _setThreads.Value!(count);
    }

    // GNU's, Intel's or LLVM's, from beside libtorch: another library may have brought one of its own.
    private static SetThreads? Find()
    {
        using var process = Process.GetCurrentProcess();
        string[] files = [.. process.Modules.Cast<ProcessModule>().Select(m => m.FileName)];
        string? folder = files.Where(f => Path.GetFileName(f).Contains("torch_cpu", StringComparison.OrdinalIgnoreCase))
            .Select(Path.GetDirectoryName).FirstOrDefault();
        IEnumerable<string> found = files.Where(f => Path.GetDirectoryName(f) == folder &&
            Path.GetFileName(f) is var name && (name.StartsWith("libgomp", StringComparison.OrdinalIgnoreCase) ||
                name.StartsWith("libiomp", StringComparison.OrdinalIgnoreCase) ||
                name.StartsWith("libomp", StringComparison.OrdinalIgnoreCase)));
        foreach (string file in found)
            if (NativeLibrary.TryLoad(file, out nint library) && NativeLibrary.TryGetExport(library, "omp_set_num_threads", out nint set))
                return Marshal.GetDelegateForFunctionPointer<SetThreads>(set);
        return null;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetThreads(int count);
}
