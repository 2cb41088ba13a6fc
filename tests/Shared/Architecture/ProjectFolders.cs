using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace WiseFt.Tests;

/// <summary>The folders of a project under src, and which of their types use which: read from its code, and from its assembly beside the
/// tests'.</summary>
internal sealed partial class ProjectFolders(string project)
{
    /// <summary>The folder of each type that a file declares; "" is the project's own.</summary>
    public Dictionary<string, string> Rooms { get; } = Sources.In(Of(project))
        .SelectMany(f => Declaration().Matches(File.ReadAllText(f)).Select(m => (Type: m.Groups[1].Value, Room: Room(project, f))))
        .GroupBy(d => d.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Room, StringComparer.Ordinal);

    /// <summary>Where a project's code lies.</summary>
    public static string Of(string project) => Path.Combine(Fixtures.RepositoryRoot, "src", project);

    /// <summary>Which types name which others.</summary>
    public Arrow[] Arrows()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, project + ".dll"));
        return [.. from type in assembly.MainModule.GetTypes()
                   let user = Plain(TopLevel(type).Name)
                   where Rooms.ContainsKey(user)
                   from used in References(type).Where(r => r.Scope == assembly.MainModule || r.Scope is ModuleDefinition)
                       .Select(r => Plain(TopLevel(r).Name)).Distinct(StringComparer.Ordinal)
                   where used != user && Rooms.ContainsKey(used)
                   select new Arrow(Rooms[user], user, Rooms[used], used)];
    }

    /// <summary>The arrows between folders that lie on a circle: from what they point at, others lead back.</summary>
    public Arrow[] Circles()
    {
        Arrow[] between = [.. Arrows().Where(a => a.UserRoom != a.UsedRoom).Distinct()];
        ILookup<string, string> next = between.ToLookup(a => a.UserRoom, a => a.UsedRoom);
        return [.. between.Where(a => Reached(a.UsedRoom, next).Contains(a.UserRoom))];
    }

    private static HashSet<string> Reached(string room, ILookup<string, string> next)
    {
        HashSet<string> reached = [];
        var open = new Stack<string>(next[room]);
        while (open.TryPop(out string? at))
            if (reached.Add(at))
                foreach (string other in next[at]) open.Push(other);
        return reached;
    }

    private static string Room(string project, string file) =>
        Path.GetDirectoryName(Path.GetRelativePath(Of(project), file))!.Replace('\\', '/');

    private static TypeReference TopLevel(TypeReference type) => type.DeclaringType is { } outer ? TopLevel(outer) : type;

    private static string Plain(string name) => name.Split('`')[0];

    /// <summary>Every type that a type's declaration and code name.</summary>
    private static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        IEnumerable<MethodDefinition> bodies = type.Methods.Where(m => m.HasBody);
        IEnumerable<TypeReference?> named =
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.Fields.Select(f => f.FieldType),
            .. type.Methods.SelectMany(m => m.Parameters.Select(p => p.ParameterType).Append(m.ReturnType)),
            .. bodies.SelectMany(m => m.Body.Variables.Select(v => v.VariableType).Concat(m.Body.Instructions.SelectMany(Operands))),
        ];
        return named.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, .. method.GenericArguments],
        MemberReference member => [member.DeclaringType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        _ => [type],
    };

    [GeneratedRegex(
        @"^(?:public|internal) [\w ]*\b(?:class|record struct|record|struct|interface|enum) ([A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    /// <summary>A type that names another.</summary>
    internal sealed record Arrow(string UserRoom, string User, string UsedRoom, string Used)
    {
        public override string ToString() => $"{UserRoom}/{User} uses {UsedRoom}/{Used}";
    }
}
