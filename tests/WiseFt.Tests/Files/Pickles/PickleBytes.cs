using System.Buffers.Binary;
using System.Text;

namespace WiseFt.Tests;

/// <summary>Writes pickles by hand, one instruction at a time.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> _bytes = [];

    public static PickleBytes Protocol2() => new PickleBytes().Raw(0x80, 2);

    public byte[] ToArray() => _bytes.ToArray();

    public PickleBytes Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBytes Op(char opcode) => Raw((byte)opcode);

    public PickleBytes Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBytes Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Op('X').Int32(utf8.Length).Raw(utf8);
    }

    public PickleBytes Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public PickleBytes Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }

    /// <summary>A number as LONG1, which takes any size.</summary>
    public PickleBytes Number(long value) => Raw(0x8a, 8).Int64(value);

    public PickleBytes Numbers(params ReadOnlySpan<long> values)
    {
        Op('(');
        foreach (long value in values) Number(value);
        return Op('t');
    }

    /// <summary>The reference to a storage, as PyTorch's persistent id.</summary>
    public PickleBytes Storage(string type, string key, long count) =>
        Op('(').Text("storage").Global("torch", type + "Storage").Text(key).Text("cpu").Number(count).Op('t').Op('Q');

    public PickleBytes Tensor(string type, string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(type, key, count).Number(offset).Numbers(shape).Numbers(strides)
            .Raw(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');

    public PickleBytes Tensor(string type, string key, long[] shape)
    {
        long[] strides = new long[shape.Length];
        long count = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = count;
            count *= shape[i];
        }
        return Tensor(type, key, count, 0, shape, strides);
    }

    /// <summary>A dict with the entries that <paramref name="entries"/> writes: keys and values in turn.</summary>
    public PickleBytes Dict(Action<PickleBytes> entries)
    {
        Op('}').Op('(');
        entries(this);
        return Op('u');
    }

    public byte[] Stop() => Op('.').ToArray();

    /// <summary>A whole pickle of one dict.</summary>
    public static byte[] OfDict(Action<PickleBytes> entries) => Protocol2().Dict(entries).Stop();
}
