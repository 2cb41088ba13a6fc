using System.Buffers.Binary;
using System.Numerics;

namespace WiseFt.Files;

/// <summary>The files of <c>torch.save</c> before PyTorch 1.6: five pickles, then the storages one after the other.</summary>
/// <remarks>
/// Source of the layout: pytorch/pytorch <c>torch/serialization.py</c>, <c>_legacy_save</c>: magic number, protocol, system, value,
/// storage keys; then for each key its element count as int64 and its elements.
/// Counts and elements are little-endian on every machine (<c>torch/csrc/serialization.cpp</c>).
/// </remarks>
internal static class TorchLegacyFormat
{
    private const long Protocol = 1001;
    private const int CountLength = 8;
    // 0x1950a86a20f9469cfc6c, little-endian
    private static readonly byte[] _magic = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>Whether the file's first bytes are a pickle of the magic number.</summary>
    public static bool Recognises(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && head[0] == (byte)PickleOpcode.Proto && head[2] == (byte)PickleOpcode.Long1 && head[3] == _magic.Length
            && head[4..].StartsWith(_magic);

    /// <summary>Reads the pickles and finds the storages.</summary>
    public static TorchContents Read(ArchiveFile file)
    {
        byte[] bytes = file.Read(0, (int)Math.Min(file.Length, TorchArchive.MaximumPickleLength));
        var header = new PickleReader(bytes, $"{file.Path} (header)", new StateDictPickle(script: false));
        if (header.Read() is not BigInteger magic || magic != new BigInteger(_magic) || header.Read() is not Protocol)
            throw new CheckpointException(
                $"{file.Path}: the file is no torch.save of protocol {Protocol}. It is of another format or damaged; fetch it again.");
        header.Read();   // the writing machine's type sizes; they describe no tensor
        var dialect = new StateDictPickle(script: false);
        var body = new PickleReader(bytes.AsMemory(header.Position), $"{file.Path} (state dict, at byte {header.Position})", dialect);
        object? root = body.Read();
        long keysAt = header.Position + body.Position;
        var tail = new PickleReader(
            bytes.AsMemory((int)keysAt), $"{file.Path} (storage keys, at byte {keysAt})", new StateDictPickle(script: false));
        if (tail.Read() is not PickleList keys)
            throw new CheckpointException($"{file.Path}: no list of storage keys follows the pickle. The file is damaged; fetch it again.");
        return new TorchContents(root, Regions(file, keysAt + tail.Position, keys, dialect.Storages), BigEndian: false);
    }

    private static Dictionary<string, StorageRegion> Regions(
        ArchiveFile file, long offset, PickleList keys, IReadOnlyDictionary<string, PickleStorage> storages)
    {
        var regions = new Dictionary<string, StorageRegion>(StringComparer.Ordinal);
        Span<byte> prefix = stackalloc byte[CountLength];
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !storages.TryGetValue(key, out PickleStorage? storage))
                throw new CheckpointException(
                    $"{file.Path}: the list of storage keys names one that no tensor uses. The file is damaged; fetch it again.");
            file.Read(offset, prefix);
            long count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (count != storage.Count)
                throw new CheckpointException(
                    $"{file.Path}: storage '{key}' has {count} elements where its tensors expect {storage.Count}. " +
                    "The file is damaged; fetch it again.");
            file.RequireInside(offset + CountLength, storage.ByteLength);
            if (!regions.TryAdd(key, new StorageRegion(offset + CountLength, storage.ByteLength, storage.ByteLength, IsDeflated: false)))
                throw new CheckpointException($"{file.Path}: storage '{key}' is listed twice. The file is damaged; fetch it again.");
            offset += CountLength + storage.ByteLength;
        }
        return regions;
    }
}
