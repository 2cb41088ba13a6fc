using System.Runtime.InteropServices;

namespace WiseFt.Files;

/// <summary>The stack of a <see cref="PickleReader"/>, with its marks; nothing below the last mark can be reached.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    public void Clear()
    {
        _values.Clear();
        _marks.Clear();
    }

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Add(_values.Count);

    public object? Peek() => _values.Count > Floor ? _values[^1] : throw new PickleStackException("its stack runs empty");

    public object? Pop()
    {
        object? value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    public object?[] Pop(int count)
    {
        if (_values.Count - count < Floor) throw new PickleStackException("its stack runs empty");
        object?[] values = [.. CollectionsMarshal.AsSpan(_values)[^count..]];
        _values.RemoveRange(_values.Count - count, count);
        return values;
    }

    public object?[] PopToMark()
    {
        if (_marks.Count == 0) throw new PickleStackException("a mark is missing on its stack");
        object?[] values = Pop(_values.Count - Floor);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    public void PopValueOrMark()
    {
        if (_values.Count > Floor) Pop();
        else PopToMark();
    }

    /// <summary>The one value that is left at the end.</summary>
    public object? PopLast() =>
        _marks.Count == 0 && _values.Count == 1
            ? Pop()
            : throw new PickleStackException($"it ends with {_values.Count} values and {_marks.Count} marks on its stack");
}

/// <summary>A stack operation that the stack's content does not allow. <see cref="PickleReader"/> says where it happened.</summary>
internal sealed class PickleStackException(string message) : Exception(message);
