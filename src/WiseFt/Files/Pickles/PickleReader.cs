using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace WiseFt.Files;

/// <summary>Reads pickles of data: numbers, texts, bytes, their containers, and what a dialect permits. Executes nothing.</summary>
/// <remarks>
/// A pickle is a program for a stack machine. This machine knows the instructions that build plain values, and asks the dialect about
/// globals; whatever else it meets it refuses by name. Time and memory are linear in the bytes read:
/// lengths are checked against what is left, memo slots are filled nearly in order, nothing recurses, and the number of instructions is
/// limited. Source of the format: CPython's <c>Lib/pickletools.py</c>.
/// </remarks>
internal sealed class PickleReader(ReadOnlyMemory<byte> bytes, string source, IPickleDialect dialect)
{
    /// <summary>About 40 instructions build one tensor, and two each label and file name of a data set:
    /// 50,000 tensors, 500,000 images.</summary>
    private const int MaximumInstructions = 2_000_000;

    /// <summary>Longer names are refused: one text, recalled often, must not cost its length each time.</summary>
    public const int MaximumNameLength = 256;

    /// <summary>Writers fill memo slots in order; Python 2 left the first one free.</summary>
    private const int MaximumMemoGap = 256;

    private static readonly object _unset = new();
    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly PickleStack _stack = new();
    private readonly List<object?> _memo = [];
    private int _filledSlots;
    private int _start;
    private int _position;

    /// <summary>How many bytes have been read.</summary>
    public int Position => _position;

    /// <summary>Reads one pickle, up to its end mark.</summary>
    /// <remarks>What is damaged, or asks for something that the dialect does not permit, is refused with the dialect's exception.</remarks>
    public object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        _filledSlots = 0;
        try
        {
            for (int i = 0; i < MaximumInstructions; i++)
            {
                _start = _position;
                var opcode = (PickleOpcode)Take(1)[0];
                if (opcode == PickleOpcode.Stop) return _stack.PopLast();
                Execute(opcode);
            }
        }
        catch (PickleStackException e)
        {
            throw Damaged(e.Message);
        }
        throw Refuse($"has more than {MaximumInstructions} instructions", $"{dialect.Subject} needs fewer.");
    }

    private void Execute(PickleOpcode opcode)
    {
        if (ExecuteScalar(opcode) || ExecuteContainer(opcode) || ExecuteMemo(opcode)) return;
        switch (opcode)
        {
            case PickleOpcode.Proto:
                if (Take(1)[0] is > 5 and var protocol) throw Refuse($"is of protocol {protocol}", "Known are 0 to 5.");
                break;
            case PickleOpcode.Frame:
                if (BinaryPrimitives.ReadUInt64LittleEndian(Take(8)) > (ulong)(bytes.Length - _position))
                    throw Damaged("a frame reaches beyond the end");
                break;
            case PickleOpcode.Global: _stack.Push(Global(TakeLine(), TakeLine())); break;
            case PickleOpcode.StackGlobal:
                if (_stack.Pop() is not string name || _stack.Pop() is not string module) throw Damaged("a global's name is not a text");
                _stack.Push(Global(module, name));
                break;
            case PickleOpcode.Reduce: Call(); break;
            case PickleOpcode.NewObject: NewObject(); break;
            case PickleOpcode.Build: Build(); break;
            case PickleOpcode.BinPersistentId: Push(dialect.Persistent(_stack.Pop(), out string problem), problem); break;
            default:
                throw Refuse(
                    Enum.IsDefined(opcode) ? $"uses the instruction {opcode}" : $"has the unknown instruction 0x{(byte)opcode:x2}",
                    $"{dialect.Subject} does not need it, and it could run code in other readers.");
        }
    }

    private bool ExecuteScalar(PickleOpcode opcode)
    {
        object? value;
        switch (opcode)
        {
            case PickleOpcode.None: value = null; break;
            case PickleOpcode.NewTrue: value = true; break;
            case PickleOpcode.NewFalse: value = false; break;
            case PickleOpcode.BinInt: value = (long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)); break;
            case PickleOpcode.BinInt1: value = (long)Take(1)[0]; break;
            case PickleOpcode.BinInt2: value = (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)); break;
            case PickleOpcode.Long1:
                var integer = new BigInteger(Take(Take(1)[0]));
                value = integer.GetBitLength() < 64 ? (object)(long)integer : integer;
                break;
            case PickleOpcode.BinFloat: value = BinaryPrimitives.ReadDoubleBigEndian(Take(8)); break;
            case PickleOpcode.ShortBinUnicode: value = Text(TakeCounted(1)); break;
            case PickleOpcode.BinUnicode: value = Text(TakeCounted(4)); break;
            case PickleOpcode.BinUnicode8: value = Text(TakeCounted(8)); break;
            case PickleOpcode.ShortBinString: value = ByteString(TakeCounted(1)); break;
            case PickleOpcode.BinString: value = ByteString(TakeCounted(4)); break;
            case PickleOpcode.ShortBinBytes: value = TakeCounted(1).ToArray(); break;
            case PickleOpcode.BinBytes: value = TakeCounted(4).ToArray(); break;
            case PickleOpcode.BinBytes8: value = TakeCounted(8).ToArray(); break;
            default: return false;
        }
        _stack.Push(value);
        return true;
    }

    private bool ExecuteContainer(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark: _stack.Mark(); break;
            case PickleOpcode.Pop: _stack.PopValueOrMark(); break;
            case PickleOpcode.PopMark: _stack.PopToMark(); break;
            case PickleOpcode.EmptyTuple: _stack.Push(new PickleTuple([])); break;
            case PickleOpcode.Tuple1: _stack.Push(new PickleTuple(_stack.Pop(1))); break;
            case PickleOpcode.Tuple2: _stack.Push(new PickleTuple(_stack.Pop(2))); break;
            case PickleOpcode.Tuple3: _stack.Push(new PickleTuple(_stack.Pop(3))); break;
            case PickleOpcode.Tuple: _stack.Push(new PickleTuple(_stack.PopToMark())); break;
            case PickleOpcode.EmptyList: _stack.Push(new PickleList()); break;
            case PickleOpcode.Append: Append(_stack.Pop(1)); break;
            case PickleOpcode.Appends: Append(_stack.PopToMark()); break;
            case PickleOpcode.EmptyDict: _stack.Push(new PickleDict()); break;
            case PickleOpcode.SetItem: Assign(_stack.Pop(2)); break;
            case PickleOpcode.SetItems: Assign(_stack.PopToMark()); break;
            default: return false;
        }
        return true;
    }

    private bool ExecuteMemo(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.BinPut: Remember(Take(1)[0]); break;
            case PickleOpcode.LongBinPut: Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case PickleOpcode.Memoize: Remember((uint)_memo.Count); break;
            case PickleOpcode.BinGet: _stack.Push(Recall(Take(1)[0])); break;
            case PickleOpcode.LongBinGet: _stack.Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            default: return false;
        }
        return true;
    }

    private void Remember(uint index)
    {
        if (index > _filledSlots + MaximumMemoGap) throw Damaged($"memo slot {index} is filled after {_filledSlots} others");
        while (_memo.Count <= index) _memo.Add(_unset);
        if (_memo[(int)index] == _unset) _filledSlots++;
        _memo[(int)index] = _stack.Peek();
    }

    private object? Recall(uint index) =>
        index < _memo.Count && _memo[(int)index] != _unset
            ? _memo[(int)index]
            : throw Damaged($"it recalls memo slot {index}, which is empty");

    private void Append(object?[] values)
    {
        if (_stack.Peek() is not PickleList list) throw Damaged("it appends to something that is no list");
        list.Items.AddRange(values);
    }

    private void Assign(object?[] pairs)
    {
        if (_stack.Peek() is not PickleDict dict || pairs.Length % 2 != 0)
            throw Damaged("it assigns items to something that is no dict, or a key without a value");
        for (int i = 0; i < pairs.Length; i += 2) dict.Entries.Add(KeyValuePair.Create(pairs[i], pairs[i + 1]));
    }

    private object Global(string module, string name) =>
        (module.Length + name.Length < MaximumNameLength ? dialect.Find(module, name) : null)
        ?? throw Refuse($"asks for the global '{Shorten(module)}.{Shorten(name)}'", dialect.Advice);

    private void Call()
    {
        if (_stack.Pop() is not PickleTuple arguments) throw Damaged("the arguments of a call are no tuple");
        if (_stack.Pop() is not { } function) throw Damaged("it calls something that is no global");
        Push(dialect.Call(function, arguments.Items, out string problem), problem);
    }

    private void NewObject()
    {
        object? arguments = _stack.Pop(), type = _stack.Pop();
        if (arguments is not PickleTuple { Items.Length: 0 } || type is null)
            throw Damaged("it makes an object of no class, or with arguments");
        object? made = dialect.New(type, out string problem);
        if (problem.Length > 0) throw Refuse(problem, dialect.Advice);
        _stack.Push(made);
    }

    private void Build()
    {
        object? state = _stack.Pop();
        dialect.Build(_stack.Peek(), state, out string problem);
        if (problem.Length > 0) throw Damaged(problem);
    }

    private void Push(object? value, string problem)
    {
        if (problem.Length > 0) throw Damaged(problem);
        _stack.Push(value);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > bytes.Length - _position) throw Damaged("it ends too early: the file is truncated");
        ReadOnlySpan<byte> taken = bytes.Span.Slice(_position, count);
        _position += count;
        return taken;
    }

    private ReadOnlySpan<byte> TakeCounted(int width)
    {
        ReadOnlySpan<byte> prefix = Take(width);
        ulong count = width switch
        {
            1 => prefix[0],
            4 => BinaryPrimitives.ReadUInt32LittleEndian(prefix),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(prefix),
        };
        return count <= (ulong)(bytes.Length - _position)
            ? Take((int)count)
            : throw Damaged($"a text or byte string of {count} bytes is announced where {bytes.Length - _position} are left");
    }

    private string TakeLine()
    {
        ReadOnlySpan<byte> rest = bytes.Span[_position..];
        int length = rest[..Math.Min(rest.Length, MaximumNameLength)].IndexOf((byte)'\n');
        if (length < 0) throw Damaged($"a global's name does not end within {MaximumNameLength} bytes");
        _position += length + 1;
        return Text(rest[..length]);
    }

    private object ByteString(ReadOnlySpan<byte> text) => dialect.KeepsByteStrings ? text.ToArray() : Text(text);

    private string Text(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return _strictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("a text is not UTF-8");
        }
    }

    public static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private Exception Damaged(string what) => Refuse($"is damaged ({what})", "Fetch the file again.");

    private Exception Refuse(string what, string advice) => dialect.Refuse($"{source}: the pickle {what}, at byte {_start}. {advice}");
}
