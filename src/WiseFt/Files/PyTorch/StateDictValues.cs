using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>A module of a TorchScript archive: the name of its generated class, and its attributes.</summary>
internal sealed class PickleObject(PickleGlobal type)
{
    public PickleGlobal Type { get; } = type;

    public object? State { get; set; }
}

/// <summary>Bytes that tensors view, named by the key under which the archive holds them.</summary>
internal sealed record PickleStorage(string Key, ScalarType Type, long Count)
{
    public long ByteLength => checked(Count * Type.ElementSize());
}

/// <summary>A value that is neither a tensor nor part of a name: a device, a dtype.</summary>
internal sealed record PickleOpaque(string Name);
