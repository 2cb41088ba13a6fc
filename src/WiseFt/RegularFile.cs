using System.Runtime.InteropServices;

namespace WiseFt;

/// <summary>Tells files from named pipes, sockets and devices, whose opening may wait for ever or change something.</summary>
internal static partial class RegularFile
{
    // sys/stat.h: the kind of a file within its mode
    private const int KindMask = 0xF000, Pipe = 0x1000, CharacterDevice = 0x2000, BlockDevice = 0x6000, Socket = 0xC000;
    private const int StatusLength = 256; // what the runtime's library writes is less than half of it
    private const int ModeOffset = sizeof(int);

    /// <summary>The path, if a file is there that can be read to its end, or nothing, or a folder.</summary>
    /// <exception cref="IOException">It is a named pipe, a socket or a device. It has not been opened.</exception>
    public static string Require(string path) => OtherKind(path) is string kind
        ? throw new IOException($"{path} is a {kind}. Expected a file; copy what it gives into one.")
        : path;

    /// <summary>What is at a path that is neither file nor folder, to stand after "a"; null for anything else, and for nothing.</summary>
    /// <remarks>Links are followed. The runtime has no such question of its own: its attributes call a pipe a normal file. Its native
    /// library has, in a form that is the same on every Unix.</remarks>
    public static string? OtherKind(string path)
    {
        if (OperatingSystem.IsWindows() || path.Contains('\0', StringComparison.Ordinal)) return null;
        Span<byte> status = stackalloc byte[StatusLength];
        if (ReadStatus(path, ref MemoryMarshal.GetReference(status)) != 0) return null;
        return (MemoryMarshal.Read<int>(status[ModeOffset..]) & KindMask) switch
        {
            Pipe => "named pipe (FIFO)",
            CharacterDevice or BlockDevice => "device",
            Socket => "socket",
            _ => null,
        };
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ReadStatus(string path, ref byte status);
}
