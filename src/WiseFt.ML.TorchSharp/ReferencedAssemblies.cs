using Mono.Cecil;

namespace WiseFt.Neighbours;

/// <summary>Assemblies by name, whatever version is asked for: the runtime, too, loads the one that the application has.</summary>
internal sealed class ReferencedAssemblies : IAssemblyResolver
{
    private readonly Dictionary<string, string> _paths = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AssemblyDefinition> _read = new(StringComparer.OrdinalIgnoreCase);

    public ReferencedAssemblies(IEnumerable<string> paths)
    {
        foreach (string path in paths) _paths[Path.GetFileNameWithoutExtension(path)] = path;
    }

    /// <summary>The assembly of that name, or null: what belongs to the runtime itself is not among the references.</summary>
    public AssemblyDefinition? Resolve(AssemblyNameReference name)
    {
        if (_read.TryGetValue(name.Name, out AssemblyDefinition? known)) return known;
        if (!_paths.TryGetValue(name.Name, out string? path)) return null;
        return _read[name.Name] = AssemblyDefinition.ReadAssembly(path, new ReaderParameters { AssemblyResolver = this });
    }

    /// <inheritdoc />
    public AssemblyDefinition? Resolve(AssemblyNameReference name, ReaderParameters parameters) => Resolve(name);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (AssemblyDefinition assembly in _read.Values) assembly.Dispose();
    }
}
