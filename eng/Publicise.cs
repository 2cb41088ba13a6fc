using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Mono.Cecil;

/// <summary>Writes a copy of an assembly, for the compiler only, whose internal types and members are public.</summary>
/// <remarks>`private protected` members become protected, so that they can be overridden; private ones stay private.</remarks>
public sealed class WiseFtPublicise : Task
{
    public string Assembly { get; set; }

    public string Output { get; set; }

    public ITaskItem[] References { get; set; }

    public override bool Execute()
    {
        if (File.Exists(Output) && File.GetLastWriteTimeUtc(Output) >= File.GetLastWriteTimeUtc(Assembly)) return true;
        var resolver = new DefaultAssemblyResolver();
        foreach (string folder in References.Select(r => Path.GetDirectoryName(r.ItemSpec)).Distinct()) resolver.AddSearchDirectory(folder);
        using (resolver)
        using (var assembly = AssemblyDefinition.ReadAssembly(Assembly, new ReaderParameters { AssemblyResolver = resolver }))
        {
            foreach (TypeDefinition type in assembly.MainModule.GetTypes()) Open(type);
            Directory.CreateDirectory(Path.GetDirectoryName(Output));
            assembly.Write(Output);
        }
        return true;
    }

    private static void Open(TypeDefinition type)
    {
        if (type.IsNotPublic) type.IsPublic = true;
        if (type.IsNestedAssembly || type.IsNestedFamilyOrAssembly) type.IsNestedPublic = true;
        if (type.IsNestedFamilyAndAssembly) type.IsNestedFamily = true;
        foreach (MethodDefinition method in type.Methods)
        {
            if (method.IsAssembly || method.IsFamilyOrAssembly) method.IsPublic = true;
            else if (method.IsFamilyAndAssembly) method.IsFamily = true;
        }
        foreach (FieldDefinition field in type.Fields)
        {
            if (field.IsAssembly || field.IsFamilyOrAssembly) field.IsPublic = true;
            else if (field.IsFamilyAndAssembly) field.IsFamily = true;
        }
    }
}
