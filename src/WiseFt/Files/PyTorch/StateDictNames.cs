namespace WiseFt.Files;

/// <summary>Finds the tensors of a model in what a pickle holds, and their names.</summary>
internal sealed class StateDictNames
{
    private const int MaximumTensors = 100_000;
    private const int MaximumVisits = 1_000_000;
    private const int MaximumDepth = 64;
    private const int MaximumNameLength = 1024;
    private const int MaximumNoted = 8;

    // Under what training scripts file the weights; a file holds at most one of them beside its tensors.
    private static readonly string[] _wrappers = ["state_dict", "model_state_dict", "model", "module", "net", "params"];

    // What DistributedDataParallel and torch.compile put before every name.
    private static readonly string[] _prefixes = ["module.", "_orig_mod."];

    private readonly string _path;
    private readonly Dictionary<string, PickleTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private int _visits;

    private StateDictNames(string path) => _path = path;

    /// <summary>The model's tensors by final name.</summary>
    public IReadOnlyDictionary<string, PickleTensor> Tensors => _tensors;

    /// <summary>What was taken, renamed and left out, one sentence each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Finds the tensors.</summary>
    /// <param name="root">A pickle's value.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="CheckpointException">It holds no tensors, a name twice, or more than a model can have.</exception>
    public static StateDictNames Find(object? root, string path)
    {
        var names = new StateDictNames(path);
        if (root is PickleObject module) names.AddModule(module);
        else names.AddDictionary(names.Unwrap(root));
        if (names._tensors.Count == 0) throw names.Refuse($"holds no tensors. {string.Join(' ', names._notes)}");
        return names;
    }

    private PickleDict Unwrap(object? root)
    {
        if (root is not PickleDict dict)
            throw Refuse($"holds {Describe(root)}; expected a dict from names to tensors. Save model.state_dict()");
        for (int depth = 0; depth < MaximumDepth && !dict.Entries.Any(e => e.Value is PickleTensor); depth++)
        {
            var inner = dict.Named.Where(e => e.Value is PickleDict && _wrappers.Contains(e.Key, StringComparer.Ordinal)).ToArray();
            if (inner.Length == 0) break;
            if (inner.Length > 1)
                throw Refuse($"holds more than one model: {Listed.First(inner.Select(e => $"'{e.Key}'"))}. Save the state dict of one");
            _notes.Add($"Took the weights from '{inner[0].Key}'.");
            NoteSkipped(dict.Entries.Where(e => !ReferenceEquals(e.Value, inner[0].Value)));
            dict = (PickleDict)inner[0].Value!;
        }
        return dict;
    }

    private void AddDictionary(PickleDict dict)
    {
        foreach (var (key, value) in dict.Named)
            if (value is PickleTensor tensor) Add(key, tensor);
        NoteSkipped(dict.Entries.Where(e => e.Key is not string || e.Value is not PickleTensor));
        while (_tensors.Count > 0
            && _prefixes.FirstOrDefault(p =>
                _tensors.Keys.All(n => n.Length > p.Length && n.StartsWith(p, StringComparison.Ordinal))) is { } prefix)
            Strip(prefix);
    }

    private void Strip(string prefix)
    {
        var stripped = _tensors.Select(t => KeyValuePair.Create(t.Key[prefix.Length..], t.Value)).ToArray();
        _tensors.Clear();
        foreach (var (name, tensor) in stripped) _tensors.Add(name, tensor);
        _notes.Add($"Removed '{prefix}' from the beginning of every name.");
    }

    private void AddModule(PickleObject root)
    {
        int skipped = 0;
        // A stack of its own instead of recursion; in reverse, so that tensors come in the archive's order.
        var pending = new Stack<(string Prefix, object? Value, int Depth)>([("", root, 0)]);
        while (pending.TryPop(out var next))
        {
            if (++_visits > MaximumVisits || next.Depth > MaximumDepth) throw Refuse("nests modules without end. It is damaged");
            if (next.Value is PickleTensor tensor) Add(next.Prefix, tensor);
            else if (next.Value is PickleObject { State: PickleDict state })
            {
                if (state.Entries.Count + pending.Count > MaximumVisits) throw Refuse("nests modules without end. It is damaged");
                foreach (var (key, value) in state.Named.Reverse())
                    pending.Push((Join(next.Prefix, key), value, next.Depth + 1));
            }
            else skipped++;
        }
        _notes.Add(
            $"Read the TorchScript module {root.Type.Name}; {skipped} attributes that are neither tensors nor modules were left out.");
    }

    private void Add(string name, PickleTensor tensor)
    {
        if (name.Length is 0 or > MaximumNameLength)
            throw Refuse($"has a tensor whose name has {name.Length} characters; expected 1 to {MaximumNameLength}. It is damaged");
        if (!_tensors.TryAdd(name, tensor)) throw Refuse($"has two tensors of the name '{name}'. It is damaged");
        if (_tensors.Count > MaximumTensors) throw Refuse($"has more than {MaximumTensors} tensors. It is no model");
    }

    private void NoteSkipped(IEnumerable<KeyValuePair<object?, object?>> entries)
    {
        string[] names = [.. entries.Select(e => e.Key is string { Length: <= 100 } name ? $"'{name}'" : "one without a short name")];
        if (names.Length == 0) return;
        string rest = names.Length > MaximumNoted ? $" and {names.Length - MaximumNoted} more" : "";
        _notes.Add($"Left out what is no weight: {Listed.First(names, MaximumNoted)}{rest}.");
    }

    private string Join(string prefix, string name) =>
        prefix.Length + name.Length >= MaximumNameLength
            ? throw Refuse($"has a name of more than {MaximumNameLength} characters. It is damaged")
        : prefix.Length == 0 ? name : $"{prefix}.{name}";

    private static string Describe(object? value) => value switch
    {
        null => "nothing",
        PickleTensor => "one tensor without a name",
        PickleList or PickleTuple => "a list",
        _ => "a single value",
    };

    private CheckpointException Refuse(string what) => new($"{_path}: the file {what}.");
}
