using System.Buffers.Binary;
using System.Text;

namespace WiseFt.Files;

/// <summary>Where the bytes of one entry of a zip archive lie.</summary>
/// <param name="Name">The entry's name; it is only ever compared, never used as a path.</param>
/// <param name="Offset">The first byte of its data.</param>
/// <param name="StoredLength">How many bytes it takes in the archive.</param>
/// <param name="Length">How many bytes it has once inflated.</param>
/// <param name="IsDeflated">Whether it is compressed.</param>
/// <param name="Checksum">CRC-32 of its data once inflated; 0 where the writer left it out.</param>
internal sealed record ZipEntry(string Name, long Offset, long StoredLength, long Length, bool IsDeflated, uint Checksum);

/// <summary>The directory of a zip archive, with every entry's place checked: inside the file, not overlapping, no name twice.</summary>
/// <remarks>Format: PKWARE APPNOTE 6.3.10, with ZIP64. <c>System.IO.Compression</c> does not tell where stored data begins.</remarks>
internal sealed class ZipDirectory
{
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int CentralLength = 46;
    private const int LocalLength = 30;
    private const long MaximumDirectoryLength = 64 << 20;

    private readonly ArchiveFile _file;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    private ZipDirectory(ArchiveFile file) => _file = file;

    /// <summary>The entries by name.</summary>
    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="CheckpointException">It is damaged, or not one that PyTorch writes.</exception>
    public static ZipDirectory Read(ArchiveFile file)
    {
        var directory = new ZipDirectory(file);
        var (offset, length, count, limit) = directory.FindDirectory();
        if (offset < 0 || length < 0 || offset > limit - length || length > MaximumDirectoryLength || count > length / CentralLength)
            throw directory.Damaged($"its directory of {count} entries in {length} bytes at byte {offset} is impossible");
        directory.ReadEntries(file.Read(offset, (int)length), count, offset);
        directory.RequireApart();
        return directory;
    }

    private (long Offset, long Length, long Count, long Limit) FindDirectory()
    {
        int tailLength = (int)Math.Min(_file.Length, EndLength + ushort.MaxValue);
        long tailStart = _file.Length - tailLength;
        byte[] tail = _file.Read(tailStart, tailLength);
        for (int at = tailLength - EndLength; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (!end.StartsWith("PK\x05\x06"u8) || U16(end, 20) != end.Length - EndLength) continue;
            long endOffset = tailStart + at;
            return Locate64(endOffset)
                ?? (U32(end, 16), U32(end, 12), U16(end, 10), endOffset);
        }
        throw Damaged("it has no end record: it is truncated");
    }

    private (long Offset, long Length, long Count, long Limit)? Locate64(long endOffset)
    {
        if (endOffset < LocatorLength + End64Length) return null;
        byte[] locator = _file.Read(endOffset - LocatorLength, LocatorLength);
        if (!locator.AsSpan().StartsWith("PK\x06\x07"u8)) return null;
        long offset = I64(locator, 8);
        if (offset < 0 || offset > endOffset - LocatorLength - End64Length) throw Damaged("its ZIP64 end record lies outside");
        byte[] end = _file.Read(offset, End64Length);
        return end.AsSpan().StartsWith("PK\x06\x06"u8)
            ? (I64(end, 48), I64(end, 40), I64(end, 32), offset)
            : throw Damaged("its ZIP64 end record is missing");
    }

    private void ReadEntries(ReadOnlySpan<byte> directory, long count, long limit)
    {
        for (long i = 0; i < count; i++)
        {
            if (directory.Length < CentralLength || !directory.StartsWith("PK\x01\x02"u8))
                throw Damaged($"entry {i} of its directory is missing");
            int nameLength = U16(directory, 28);
            int extraLength = U16(directory, 30);
            int length = CentralLength + nameLength + extraLength + U16(directory, 32);
            if (length > directory.Length) throw Damaged($"entry {i} of its directory is cut off");
            AddEntry(
                directory[..length], directory.Slice(CentralLength, nameLength),
                directory.Slice(CentralLength + nameLength, extraLength), limit);
            directory = directory[length..];
        }
        if (directory.Length > 0) throw Damaged($"{directory.Length} bytes follow the last entry of its directory");
    }

    private void AddEntry(ReadOnlySpan<byte> central, ReadOnlySpan<byte> nameBytes, ReadOnlySpan<byte> extra, long limit)
    {
        string name = Encoding.UTF8.GetString(nameBytes);
        if (name.StartsWith('/') || name.Contains('\\') || name.Contains('\0') || name.Split('/').Any(part => part is ".." or "."))
            throw Damaged($"it has an entry of the name '{name}', which could lead out of a folder");
        ushort method = U16(central, 10);
        if ((U16(central, 8) & 1) != 0) throw Damaged($"entry '{name}' is encrypted");
        if (method is not (0 or 8)) throw Damaged($"entry '{name}' is compressed by method {method}; expected 0 (stored) or 8 (deflated)");
        var sizes = new Zip64Fields(extra);
        long length = sizes.Next(U32(central, 24));
        long storedLength = sizes.Next(U32(central, 20));
        long local = sizes.Next(U32(central, 42));
        if (sizes.IsShort || length < 0 || storedLength < 0 || local < 0 || local > limit - LocalLength)
            throw Damaged($"entry '{name}' has impossible sizes");
        if (method == 0 && length != storedLength) throw Damaged($"entry '{name}' is stored, and yet {storedLength} bytes become {length}");
        long offset = DataOffset(name, nameBytes, local, method);
        if (storedLength > limit - offset) throw Damaged($"entry '{name}' reaches into the directory");
        if (!_entries.TryAdd(name, new ZipEntry(name, offset, storedLength, length, method == 8, U32(central, 16))))
            throw Damaged($"it has two entries of the name '{name}'");
    }

    private long DataOffset(string name, ReadOnlySpan<byte> nameBytes, long local, ushort method)
    {
        byte[] header = _file.Read(local, LocalLength);
        if (!header.AsSpan().StartsWith("PK\x03\x04"u8) || U16(header, 8) != method || U16(header, 26) != nameBytes.Length
            || !_file.Read(local + LocalLength, nameBytes.Length).AsSpan().SequenceEqual(nameBytes))
            throw Damaged($"entry '{name}' is not where the directory says");
        return local + LocalLength + nameBytes.Length + U16(header, 28);
    }

    private void RequireApart()
    {
        long end = 0;
        foreach (ZipEntry entry in _entries.Values.OrderBy(e => e.Offset))
        {
            // Between two entries' data lies at least the second one's header.
            if (entry.Offset - LocalLength < end) throw Damaged($"entry '{entry.Name}' overlaps another");
            end = entry.Offset + entry.StoredLength;
        }
    }

    private CheckpointException Damaged(string what) => new($"{_file.Path}: the zip archive is damaged: {what}. Fetch the file again.");

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    /// <summary>The 64-bit values of a directory entry, in their fixed order, for those of its 32-bit fields that are full.</summary>
    private ref struct Zip64Fields
    {
        private ReadOnlySpan<byte> _rest;

        public Zip64Fields(ReadOnlySpan<byte> extra)
        {
            while (extra.Length >= 4)
            {
                int length = Math.Min(U16(extra, 2), extra.Length - 4);
                if (U16(extra, 0) == 1) _rest = extra.Slice(4, length);
                extra = extra[(4 + length)..];
            }
        }

        /// <summary>Whether a value was asked for that is not there.</summary>
        public bool IsShort { get; private set; }

        public long Next(uint field)
        {
            if (field != uint.MaxValue) return field;
            if (_rest.Length < 8)
            {
                IsShort = true;
                return 0;
            }
            long value = I64(_rest, 0);
            _rest = _rest[8..];
            return value;
        }
    }
}
