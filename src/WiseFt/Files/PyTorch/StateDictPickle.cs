namespace WiseFt.Files;

/// <summary>The pickle of a state dict, as torch.save writes it: tensors that view storages, and what may stand beside them.</summary>
/// <param name="script">Whether it belongs to a TorchScript archive,
/// whose modules are objects of classes generated under <c>__torch__</c>.</param>
internal sealed class StateDictPickle(bool script) : IPickleDialect
{
    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>The storages that the pickle refers to, by key.</summary>
    public IReadOnlyDictionary<string, PickleStorage> Storages => _storages;

    public string Subject => "A state dict";

    public string Advice => "Only tensors, numbers, texts and their containers are read, and nothing was executed. " +
        "If you trust the file, open it in Python and save model.state_dict() to a .safetensors file.";

    /// <summary>Python 2 wrote names as byte strings; here none holds data.</summary>
    public bool KeepsByteStrings => false;

    public object? Find(string module, string name) => PickleGlobal.Find(module, name, script);

    public object? Call(object function, object?[] arguments, out string problem)
    {
        problem = function is PickleGlobal ? "" : "it calls something that is no global";
        return function is PickleGlobal global ? PickleCall.Evaluate(global, arguments, out problem) : null;
    }

    public object? New(object type, out string problem)
    {
        problem = "";
        if (type is PickleGlobal { Role: PickleRole.ScriptClass } module) return new PickleObject(module);
        if (type is PickleGlobal { Role: PickleRole.Value } value) return new PickleOpaque(value.Name);
        problem = "makes an object that is no TorchScript module";
        return null;
    }

    public void Build(object? target, object? state, out string problem)
    {
        problem = "";
        switch (target)
        {
            case PickleObject module when module.State is null: module.State = state; break;
            case PickleDict or PickleOpaque: break;   // a state dict's `_metadata`, which says nothing about its tensors
            default: problem = "it sets the state of something that has none"; break;
        }
    }

    public object? Persistent(object? id, out string problem)
    {
        problem = "";
        // ('storage', type, key, device, element count), and in the legacy format the view that the storage is of another, or None.
        if (id is not PickleTuple { Items: { Length: 5 or 6 } items } || items.Length == 6 && items[5] is not null
            || items[..5] is not [
                "storage", PickleGlobal { Role: PickleRole.StorageType } type, string { Length: <= PickleReader.MaximumNameLength } key,
                string, long count])
            problem = "a storage is not described as ('storage', type, key, device, count)";
        else if (count < 0 || count > long.MaxValue / 8)
            problem = $"storage '{PickleReader.Shorten(key)}' has {count} elements";
        else
        {
            var storage = new PickleStorage(key, type.Type, count);
            if (_storages.TryAdd(key, storage)) return storage;
            if (_storages[key] == storage) return _storages[key];
            problem = $"storage '{PickleReader.Shorten(key)}' is described twice, and differently";
        }
        return null;
    }

    public Exception Refuse(string message) => new CheckpointException(message);
}
