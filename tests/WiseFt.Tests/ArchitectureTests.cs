using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace WiseFt.Tests;

/// <summary>The folders are the architecture: dependencies point one way.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>The folders of the core. What lies in a folder itself stands above its sub-folders; a folder uses only those above it in this list.</summary>
    private static readonly string[] _bottomUp =
    [
        "", "Tensors",
        "Files/Disk", "Files/Pickles", "Files/Safetensors", "Files/PyTorch", "Files/Hub", "Files/Naming", "Files",
        "Merging",
        "Text/Repair", "Text",
        "Images/Decoding", "Images/Resampling", "Images/Preprocessing", "Images/Datasets/NumPy", "Images/Datasets",
        "Models/Towers", "Models/Formats", "Models",
        "Classification",
        "Training/Recipe", "Training/Optimisation", "Training/Snapshots", "Training",
        "Evaluation/Samples", "Evaluation/LabelSpaces", "Evaluation/Sweep", "Evaluation/Statistics", "Evaluation/AlphaChoice", "Evaluation",
        "Runs",
    ];

    [Fact]
    public void Core_EveryType_UsesOnlyTypesOfItsFolderAndThoseBelow()
    {
        (string User, string Used)[] arrows = Arrows("WiseFt");
        Rooms("WiseFt").Values.Distinct().Should().BeEquivalentTo(_bottomUp);
        Dictionary<string, string> rooms = Rooms("WiseFt");
        arrows.Where(a => Level(rooms[a.Used]) > Level(rooms[a.User])).Select(a => $"{rooms[a.User]}/{a.User} uses {rooms[a.Used]}/{a.Used}").Should().BeEmpty();
    }

    [Theory]
    [InlineData("WiseFt", "Microsoft.ML")]
    [InlineData("WiseFt", "WiseFt.ML")]
    [InlineData("WiseFt", "WiseFt.Onnx")]
    [InlineData("WiseFt", "Spectre.Console")]
    [InlineData("WiseFt.Onnx", "Microsoft.ML")]
    [InlineData("WiseFt.Onnx", "WiseFt.ML")]
    [InlineData("WiseFt.Reports", "WiseFt.ML")]
    [InlineData("WiseFt.Reports", "Microsoft.ML")]
    [InlineData("WiseFt.ML", "WiseFt.Reports")]
    [InlineData("WiseFt.ML", "WiseFt.Tool")]
    [InlineData("WiseFt.ML", "Spectre.Console")]
    public void Project_Code_NeverNames(string project, string forbidden)
    {
        string usage = $@"\busing (static )?{Regex.Escape(forbidden)}\b|\b{Regex.Escape(forbidden)}\.[A-Z]";
        Sources.In(Folder(project)).Where(f => Regex.IsMatch(CommentOrString().Replace(File.ReadAllText(f), ""), usage)).Should().BeEmpty();
    }

    [Fact]
    public void Core_Namespaces_FollowTheFirstFolder()
    {
        // The handful of everyday types is in WiseFt itself.
        var elsewhere = from file in Sources.In(Folder("WiseFt"))
                        let first = Path.GetRelativePath(Folder("WiseFt"), file).Split(Path.DirectorySeparatorChar)
                        let found = Regex.Match(File.ReadAllText(file), @"^namespace ([\w.]+);", RegexOptions.Multiline).Groups[1].Value
                        where found != "WiseFt" && found != (first.Length > 1 ? "WiseFt." + first[0] : "WiseFt")
                        select $"{file}: {found}";
        elsewhere.Should().BeEmpty();
    }

    [Fact]
    public void Core_Classes_AreSealedOrStaticOrAbstract()
    {
        var open = typeof(ClipModel).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false } && t.Namespace?.StartsWith("WiseFt", StringComparison.Ordinal) == true && !t.Name.Contains('<'));
        open.Select(t => t.Name).Should().BeEmpty();
    }

    private static string Folder(string project) => Path.Combine(Fixtures.RepositoryRoot, "src", project);

    private static int Level(string room) => Array.IndexOf(_bottomUp, room);

    /// <summary>The folder of each type that a file of a project declares.</summary>
    private static Dictionary<string, string> Rooms(string project) => Sources.In(Folder(project))
        .SelectMany(f => Declaration().Matches(File.ReadAllText(f)).Select(m => (Type: m.Groups[1].Value, Room: Room(project, f))))
        .GroupBy(d => d.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Room, StringComparer.Ordinal);

    private static string Room(string project, string file) => Path.GetDirectoryName(Path.GetRelativePath(Folder(project), file))!.Replace('\\', '/');

    /// <summary>Which types of a project name which others of it.</summary>
    private static (string User, string Used)[] Arrows(string project)
    {
        Dictionary<string, string> rooms = Rooms(project);
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, project + ".dll"));
        return [.. from type in assembly.MainModule.GetTypes()
                   let user = Plain(TopLevel(type).Name)
                   where rooms.ContainsKey(user)
                   from used in References(type).Where(r => r.Scope == assembly.MainModule || r.Scope is ModuleDefinition).Select(r => Plain(TopLevel(r).Name)).Distinct(StringComparer.Ordinal)
                   where used != user && rooms.ContainsKey(used)
                   select (user, used)];
    }

    private static TypeReference TopLevel(TypeReference type) => type.DeclaringType is { } outer ? TopLevel(outer) : type;

    private static string Plain(string name) => name.Split('`')[0];

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
