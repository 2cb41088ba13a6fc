namespace WiseFt.Files;

/// <summary>Where the bytes of a storage lie in the file.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="StoredLength">How many bytes it takes in the file.</param>
/// <param name="Length">How many bytes it has once inflated.</param>
/// <param name="IsDeflated">Whether it is compressed.</param>
internal sealed record StorageRegion(long Offset, long StoredLength, long Length, bool IsDeflated);

/// <summary>A torch archive taken apart: what its pickle describes, and where its storages lie.</summary>
/// <param name="Root">The pickle's value.</param>
/// <param name="Regions">The storages by key.</param>
/// <param name="BigEndian">Whether numbers in the storages have their most significant byte first.</param>
internal sealed record TorchContents(object? Root, IReadOnlyDictionary<string, StorageRegion> Regions, bool BigEndian);
