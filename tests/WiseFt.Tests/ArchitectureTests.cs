using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace WiseFt.Tests;

/// <summary>The folders are the architecture: dependencies point one way.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] _bottomUp = ["", "WeightSpace", "Tokenization", "Pickles", "Images", "Checkpoints", "Clip", "ZeroShot", "FineTuning", "Robustness"];

    [Fact]
    public void Core_EveryType_UsesOnlyTypesOfItsFolderAndThoseBelow()
    {
        Dictionary<string, int> levelOf = DeclaredTypes();
        levelOf.Values.Distinct().Should().HaveCount(_bottomUp.Length);
        using AssemblyDefinition core = AssemblyDefinition.ReadAssembly(typeof(ClipModel).Assembly.Location);
        var upward = from type in core.MainModule.GetTypes()
                     let user = TopLevel(type).Name
                     where levelOf.ContainsKey(user)
                     from used in References(type).Where(r => r.Scope == core.MainModule || r.Scope is ModuleDefinition).Select(r => TopLevel(r).Name).Distinct(StringComparer.Ordinal)
                     where levelOf.TryGetValue(used, out int level) && level > levelOf[user]
                     select $"{user} uses {used}";
        upward.Distinct().Should().BeEmpty();
    }

    [Theory]
    [InlineData("WiseFt", "Microsoft.ML")]
    [InlineData("WiseFt", "WiseFt.ML")]
    [InlineData("WiseFt", "Spectre.Console")]
    [InlineData("WiseFt.ML", "WiseFt.Tool")]
    [InlineData("WiseFt.ML", "Spectre.Console")]
    public void Project_Code_NeverNames(string project, string forbidden)
    {
        string usage = $@"\busing (static )?{Regex.Escape(forbidden)}\b|\b{Regex.Escape(forbidden)}\.[A-Z]";
        SourceFiles(Path.Combine(Fixtures.RepositoryRoot, "src", project)).Where(f => Regex.IsMatch(CommentOrString().Replace(File.ReadAllText(f), ""), usage)).Should().BeEmpty();
    }

    [Fact]
    public void Core_Classes_AreSealedOrStaticOrAbstract()
    {
        var open = typeof(ClipModel).Assembly.GetTypes()
            .Where(t => t.Namespace == "WiseFt" && t is { IsClass: true, IsSealed: false, IsAbstract: false } && !t.Name.Contains('<'));
        open.Select(t => t.Name).Should().BeEmpty();
    }

    /// <summary>The place in the order of each type that a file of the core declares.</summary>
    private static Dictionary<string, int> DeclaredTypes()
    {
        string core = Path.Combine(Fixtures.RepositoryRoot, "src", "WiseFt");
        return SourceFiles(core)
            .SelectMany(f => Declaration().Matches(File.ReadAllText(f)).Select(m => (Type: m.Groups[1].Value, Level: Level(core, f))))
            .GroupBy(d => d.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Level, StringComparer.Ordinal);
    }

    private static int Level(string core, string file)
    {
        string folder = Path.GetDirectoryName(Path.GetRelativePath(core, file))!.Split(Path.DirectorySeparatorChar)[0];
        int level = Array.IndexOf(_bottomUp, folder);
        level.Should().BeGreaterThanOrEqualTo(0, "folder {0} has a place in the order", folder);
        return level;
    }

    private static IEnumerable<string> SourceFiles(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => !Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj"));

    private static TypeReference TopLevel(TypeReference type) => type.DeclaringType is { } outer ? TopLevel(outer) : type;

    /// <summary>Every type that a type's declaration and code name.</summary>
    private static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        IEnumerable<TypeReference?> named =
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.Fields.Select(f => f.FieldType),
            .. type.Methods.SelectMany(m => m.Parameters.Select(p => p.ParameterType).Append(m.ReturnType)),
            .. type.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Variables.Select(v => v.VariableType).Concat(m.Body.Instructions.SelectMany(Operands))),
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

    [GeneratedRegex(@"^(?:public|internal) [\w ]*\b(?:class|record struct|record|struct|interface|enum) ([A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex("""//[^\n]*|"(?:[^"\\\n]|\\.)*"|/\*.*?\*/""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
