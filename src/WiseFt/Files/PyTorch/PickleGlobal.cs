using System.Collections.Frozen;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>What a permitted global does when it is called.</summary>
internal enum PickleRole
{
    OrderedDict, Tensor, TensorV2, Parameter, Size, Device, Constant, StorageType, Bytes, ScriptClass, ScriptList, ScriptTag, Value,
    Dictionary, List,
}

/// <summary>A global that a state dict may name. Anything that is not listed here is refused.</summary>
/// <param name="Name">Module and name, joined by a dot.</param>
/// <param name="Role">What a call of it yields; none runs code of the file or of Python.</param>
/// <param name="Type">The element type of a storage type.</param>
internal sealed record PickleGlobal(string Name, PickleRole Role, ScalarType Type = default)
{
    private static readonly FrozenDictionary<string, PickleGlobal> _permitted = Permitted()
        .ToFrozenDictionary(g => g.Name, StringComparer.Ordinal);

    private static readonly FrozenSet<string> _scriptLists = FrozenSet.ToFrozenSet(
        ["torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist", "torch.jit._pickle.build_boollist",
         "torch.jit._pickle.build_tensorlist"], StringComparer.Ordinal);

    // Values that training scripts save beside the weights. They are left out: what a call would make of them is never made.
    private static readonly FrozenSet<string> _values = FrozenSet.ToFrozenSet(
        [
            "collections.Counter", "datetime.datetime", "datetime.date", "datetime.timedelta", "datetime.timezone", "builtins.set",
            "builtins.frozenset", "builtins.complex",
            "builtins.slice", "builtins.range", "builtins.list", "builtins.dict", "builtins.tuple", "builtins.int", "builtins.float",
            "builtins.str", "builtins.bool", "__builtin__.set", "copyreg._reconstructor", "copy_reg._reconstructor", "builtins.object",
            "__builtin__.object", "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
            "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "numpy.core.numeric._frombuffer",
            "numpy._core.numeric._frombuffer",
        ], StringComparer.Ordinal);

    // Modules whose classes do something when they are made: a file that names one is hostile, and is said to be.
    private static readonly FrozenSet<string> _actingModules = FrozenSet.ToFrozenSet(
        [
            "os", "posix", "nt", "sys", "subprocess", "builtins", "__builtin__", "importlib", "runpy", "ctypes", "socket", "pty", "shutil",
            "code", "codeop", "timeit", "multiprocessing", "threading", "asyncio", "webbrowser", "platform", "pickle", "dill",
            "cloudpickle",
            "operator", "functools", "types", "inspect", "io", "tempfile", "urllib", "http", "requests", "torch", "__torch__",
        ], StringComparer.Ordinal);

    /// <summary>The permitted global of that name, or null.</summary>
    /// <param name="module">The Python module.</param>
    /// <param name="name">The name in it.</param>
    /// <param name="script">Whether the pickle belongs to a TorchScript archive,
    /// whose module classes are generated under <c>__torch__</c>.</param>
    public static PickleGlobal? Find(string module, string name, bool script)
    {
        string full = $"{module}.{name}";
        if (_permitted.TryGetValue(full, out PickleGlobal? global)) return global;
        if (_values.Contains(full) || IsClassOfData(module, name)) return new PickleGlobal(full, PickleRole.Value);
        if (!script) return null;
        if (module == "__torch__" || module.StartsWith("__torch__.", StringComparison.Ordinal))
            return new PickleGlobal(full, PickleRole.ScriptClass);
        if (full == "torch.jit._pickle.restore_type_tag") return new PickleGlobal(full, PickleRole.ScriptTag);
        return _scriptLists.Contains(full) ? new PickleGlobal(full, PickleRole.ScriptList) : null;
    }

    // argparse.Namespace, pathlib.PosixPath, a script's own Config: classes are written with a capital.
    private static bool IsClassOfData(string module, string name) =>
        name.Length > 0 && char.IsAsciiLetterUpper(name[0]) && !name.Contains('.')
        && (full: $"{module}.{name}", root: module.Split('.')[0]) is var (full, root)
        && (full == "types.SimpleNamespace" || !_actingModules.Contains(root));

    private static IEnumerable<PickleGlobal> Permitted()
    {
        yield return new("collections.defaultdict", PickleRole.Dictionary);
        yield return new("collections.deque", PickleRole.List);
        yield return new("collections.OrderedDict", PickleRole.OrderedDict);
        yield return new("torch._utils._rebuild_tensor", PickleRole.Tensor);
        yield return new("torch._utils._rebuild_tensor_v2", PickleRole.TensorV2);
        yield return new("torch._utils._rebuild_parameter", PickleRole.Parameter);
        yield return new("torch.Size", PickleRole.Size);
        yield return new("torch.device", PickleRole.Device);
        yield return new("_codecs.encode", PickleRole.Bytes);   // how protocol 2 writes bytes
        foreach (var (name, type) in StorageTypes()) yield return new($"torch.{name}Storage", PickleRole.StorageType, type);
        foreach (string name in (string[])["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"])
            yield return new($"torch.{name}", PickleRole.Constant);
    }

    private static IEnumerable<(string Name, ScalarType Type)> StorageTypes()
    {
        yield return ("Double", ScalarType.Float64);
        yield return ("Float", ScalarType.Float32);
        yield return ("Half", ScalarType.Float16);
        yield return ("BFloat16", ScalarType.BFloat16);
        yield return ("Long", ScalarType.Int64);
        yield return ("Int", ScalarType.Int32);
        yield return ("Short", ScalarType.Int16);
        yield return ("Char", ScalarType.Int8);
        yield return ("Byte", ScalarType.Byte);
        yield return ("Bool", ScalarType.Bool);
    }
}
