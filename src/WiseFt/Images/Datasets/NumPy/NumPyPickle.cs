using System.Collections.Frozen;
using WiseFt.Files;

namespace WiseFt.Images;

/// <summary>Pickled NumPy arrays, as CIFAR's Python version and numpy.save of a dictionary have them:
/// arrays, numbers, texts and their containers.</summary>
/// <remarks>Source of the signatures: NumPy's numpy/core/src/multiarray/methods.c (<c>array_reduce</c>)
/// and descriptor.c (<c>arraydescr_reduce</c>).</remarks>
internal sealed class NumPyPickle : IPickleDialect
{
    private const string Cores = "numpy.core.multiarray", CoresSince2 = "numpy._core.multiarray";

    private enum Role { Reconstruct, Scalar, ArrayType, DType, Encode }

    private static readonly FrozenDictionary<string, Role> _permitted = new Dictionary<string, Role>
    {
        [$"{Cores}._reconstruct"] = Role.Reconstruct,
        [$"{CoresSince2}._reconstruct"] = Role.Reconstruct,
        [$"{Cores}.scalar"] = Role.Scalar,
        [$"{CoresSince2}.scalar"] = Role.Scalar,
        ["numpy.ndarray"] = Role.ArrayType,
        ["numpy.dtype"] = Role.DType,
        ["_codecs.encode"] = Role.Encode,   // how protocol 2 writes bytes
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public string Subject => "A data set";

    public string Advice => "Only NumPy arrays, numbers, texts and their containers are read, and nothing was executed. " +
        "If you trust the file, open it in Python and save each array with numpy.save.";

    /// <summary>Python 2 wrote the elements of arrays as strings.</summary>
    public bool KeepsByteStrings => true;

    public object? Find(string module, string name) => _permitted.TryGetValue($"{module}.{name}", out Role role) ? role : null;

    public object? Call(object function, object?[] arguments, out string problem)
    {
        problem = "";
        switch (function, arguments)
        {
            case (Role.Reconstruct, [Role.ArrayType, PickleTuple, _]): return new PickledArray();
            case (Role.Scalar, [PickledType type, var data]): return new PickledScalar(type, data);
            case (Role.DType, [var name, _, _]): return new PickledType(name);
            case (Role.Encode, [string text, "latin1"]): return new PickledBytes(text);
            default:
                problem = function is Role role
                    ? $"'{role}' is called with arguments that it does not take"
                    : "it calls something that is no global";
                return null;
        }
    }

    public object? New(object type, out string problem)
    {
        problem = "makes an object of a class";
        return null;
    }

    public void Build(object? target, object? state, out string problem)
    {
        problem = "";
        switch (target, (state as PickleTuple)?.Items)
        {
            case (PickledArray { Type: null } array, [long, PickleTuple shape, PickledType type, bool isFortran, var data]):
                (array.Shape, array.Type, array.IsFortran, array.Data) = (shape, type, isFortran, data);
                break;
            case (PickledType { ByteOrder: null } type, [long, { } order, ..]):
                type.ByteOrder = order;
                break;
            default: problem = "it sets the state of something that has none, or another state"; break;
        }
    }

    public object? Persistent(object? id, out string problem)
    {
        problem = "it refers to data outside";
        return null;
    }

    public Exception Refuse(string message) => new ImageException(message);
}
