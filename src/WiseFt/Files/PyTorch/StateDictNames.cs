namespace WiseFt.Files;

/// <summary>Finds the tensors of a model in what a pickle holds, and their names.</summary>
internal sealed class StateDictNames
{
    private const int MaximumTensors = 100_000;
    private const int MaximumVisits = 1_000_000;
    private const int MaximumDepth = 64;
    private const int MaximumNameLength = 1024;
    private const int MaximumNoted = 8;
    private const int MaximumCandidateDepth = 3;
    private const int MaximumCandidates = 32;
    private const int FewestWeights = 2;

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

    /// <summary>Whether the dict is the one that was asked for by name.</summary>
    public bool HasChosen { get; private set; }

    /// <summary>Finds the tensors.</summary>
    /// <param name="root">A pickle's value.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="stateDict">Name of the dict that holds the model, with dots between those of nested ones; null to find it.</param>
    /// <exception cref="CheckpointException">It holds no tensors, several models, a name twice,
    /// or more tensors than a model can have.</exception>
    public static StateDictNames Find(object? root, string path, string? stateDict = null)
    {
        var names = new StateDictNames(path);
        if (root is PickleObject module) names.AddModule(module);
        else names.AddDictionary(stateDict is null ? names.Unwrap(root) : names.Named(root, stateDict));
        if (names._tensors.Count == 0) throw names.Refuse($"holds no tensors. {string.Join(' ', names._notes)}");
        return names;
    }

    private PickleDict Unwrap(object? root)
    {
        if (root is not PickleDict dict)
            throw Refuse($"holds {Describe(root)}; expected a dict from names to tensors. Save model.state_dict()");
        for (int depth = 0; depth < MaximumDepth; depth++)
        {
            // Beside a state dict may stand tensors that are none of its: a loss, an accuracy, a step.
            KeyValuePair<string, PickleDict>[] inner = [.. Dictionaries(dict).Where(e => _wrappers.Contains(e.Key,
                StringComparer.Ordinal))];
            if (inner.Length == 0 || CountTensors(dict) >= inner.Max(e => Most(e.Value))) break;
            if (inner.Length > 1)
                throw Refuse($"holds more than one model: {Listed.Quoted([.. inner.Select(e => e.Key)])}. Say which, as --state-dict " +
                    "NAME does");
            _notes.Add($"Took the weights from '{inner[0].Key}'.");
            NoteSkipped(dict.Entries.Where(e => !ReferenceEquals(e.Value, inner[0].Value)));
            dict = inner[0].Value;
        }
        // Names such as ema and teacher are nobody's convention: whose weights are wanted is for the user to say.
        return CountTensors(dict) == 0 && Candidates(dict) is { Length: > 0 } candidates
            ? throw Refuse($"holds models under names that do not say which is wanted: {candidates}. Say it, as --state-dict NAME does")
            : dict;
    }

    private PickleDict Named(object? root, string stateDict)
    {
        object? value = root;
        foreach (string part in stateDict.Split('.'))
            value = (value as PickleDict)?.Named.FirstOrDefault(e => e.Key == part).Value;
        if (value is PickleDict dict && CountTensors(dict) > 0)
        {
            _notes.Add($"Took the weights from '{stateDict}', as asked for.");
            HasChosen = true;
            return dict;
        }
        // Models side by side in one dict are told apart by what their names begin with, whatever the file's format.
        PickleDict[] flat = root is PickleDict whole ? [whole, .. Dictionaries(whole).Select(e => e.Value)] : [];
        if (Array.Find(flat, d => d.Named.Any(e => e.Key.StartsWith(stateDict + ".",
            StringComparison.Ordinal))) is { } beside) return beside;
        string candidates = flat.Length == 0 ? "" : Candidates(flat[0]);
        throw Refuse(
            $"has no dict of tensors '{Shorten(stateDict)}'; expected {(candidates.Length == 0 ? "no name, since it has " +
                "none" : candidates)}");
    }

    /// <summary>The dicts with more than a few tensors, by their names from here.</summary>
    private static string Candidates(PickleDict dict)
    {
        string[] found = [.. Walk(dict, "", 0).Take(MaximumCandidates).Where(c => CountTensors(c.Value) >= FewestWeights)
            .Select(c => c.Key)];
        return Listed.Quoted(found, MaximumNoted);

        static IEnumerable<KeyValuePair<string, PickleDict>> Walk(PickleDict at, string prefix, int depth) => depth == MaximumCandidateDepth
            ? []
            : Dictionaries(at).Take(MaximumCandidates).SelectMany(e =>
                Walk(e.Value, $"{prefix}{Shorten(e.Key)}.", depth + 1).Prepend(KeyValuePair.Create(prefix + Shorten(e.Key), e.Value)));
    }

    private static IEnumerable<KeyValuePair<string, PickleDict>> Dictionaries(PickleDict dict) =>
        dict.Named.Where(e => e.Value is PickleDict).Select(e => KeyValuePair.Create(e.Key, (PickleDict)e.Value!));

    private static int CountTensors(PickleDict dict) => dict.Named.Count(e => e.Value is PickleTensor);

    /// <summary>Tensors in a wrapper, or in the wrapper inside it.</summary>
    private static int Most(PickleDict dict) => Dictionaries(dict)
        .Where(e => _wrappers.Contains(e.Key, StringComparer.Ordinal)).Select(e => CountTensors(e.Value)).Append(CountTensors(dict)).Max();

    private static string Shorten(string name) => PickleReader.Shorten(name);

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
