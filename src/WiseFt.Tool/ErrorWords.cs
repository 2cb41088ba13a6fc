using System.Reflection;
using System.Runtime.InteropServices;

namespace WiseFt.Tool;

/// <summary>What an error says on the command line: what happened, and what to do.</summary>
internal static class ErrorWords
{
    private static readonly string[] _memoryWords =
        ["out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory"];

    /// <summary>What really happened, below the wrappers that reflection and tasks put around it.</summary>
    public static Exception Cause(Exception e) => e switch
    {
        AggregateException { InnerExceptions.Count: > 0 } aggregate => Cause(aggregate.InnerExceptions[0]),
        TargetInvocationException { InnerException: Exception inner } => Cause(inner),
        TypeInitializationException { InnerException: Exception inner } => Cause(inner),
        _ => e,
    };

    /// <summary>The words for it.</summary>
    public static string Of(Exception e) => Cause(e) switch
    {
        UnauthorizedAccessException denied => $"{denied.Message} Choose another place, or change its permissions.",
        IOException full when IsDiskFull(full) => $"{full.Message} Free disk space and try again; nothing was left half-written.",
        var other when IsOutOfMemory(other) =>
            $"There is not enough memory ({Native(other.Message).TrimEnd('.')}). Use a smaller --batch-size or --micro-batch-size, " +
            "a smaller model, or a machine or limit (ulimit -v) with more.",
        NotSupportedException native when IsLibraryMissing(native) =>
            "libtorch, which lies beside the program, could not be loaded: its files are incomplete, or a limit of memory (ulimit -v) " +
            "is too small for it. `wiseft doctor` tells more, and so does --verbose.",
        ExternalException native => Native(native.Message),
        var cause => UsageException.Words(cause),
    };

    // ENOSPC on Unix; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private static bool IsDiskFull(Exception e) => (e.HResult & 0xffff) is 28 or 112 or 39;

    private static bool IsOutOfMemory(Exception e) => e is OutOfMemoryException ||
        (e is ExternalException && _memoryWords.Any(words => e.Message.Contains(words, StringComparison.OrdinalIgnoreCase)));

    // TorchSharp's words, which are those for somebody who writes a program with it.
    private static bool IsLibraryMissing(Exception e) =>
        e.Message.Contains("doesn't contain a reference to libtorch", StringComparison.Ordinal);

    /// <summary>libtorch's message without the frames of its stack and the place in its source.</summary>
    private static string Native(string message)
    {
        string first = message.Split('\n')[0].Trim();
        int allocator = first.IndexOf("DefaultCPUAllocator: ", StringComparison.Ordinal);
        return allocator < 0 ? first : first[(allocator + "DefaultCPUAllocator: ".Length)..];
    }
}
