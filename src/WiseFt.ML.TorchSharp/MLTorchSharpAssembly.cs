using Mono.Cecil;
using Mono.Cecil.Cil;

namespace WiseFt.Neighbours;

/// <summary>Microsoft.ML.TorchSharp.dll, and what has to change in it for the TorchSharp that an application really has.</summary>
/// <remarks>
/// Built for TorchSharp 0.102, version 0.23.1 differs from what 0.107 expects in two ways. It disposes what
/// <c>torch.nn.init.xavier_uniform_</c> and its kin return, once a second handle on the tensor and now the tensor itself. And it calls
/// <c>torch.nn.functional.interpolate</c> without the optional parameter that was added. Both are found by what the code does, not by
/// the names of its methods.
/// </remarks>
internal sealed class MLTorchSharpAssembly : IDisposable
{
    /// <summary>The only assembly that is accepted.</summary>
    public const string Name = "Microsoft.ML.TorchSharp";

    private const string Torch = "TorchSharp", Initialisers = "TorchSharp.torch/nn/init";

    private const string WhatToDo =
        "Use Microsoft.ML.TorchSharp 0.23.1 with TorchSharp 0.107.0, which are tested together, " +
        "or turn this step off with WiseFtPatchMLTorchSharp=false.";

    private readonly ReferencedAssemblies _references;
    private readonly AssemblyDefinition _assembly;
    private readonly string _torchVersion;

    /// <summary>Reads the assembly.</summary>
    /// <param name="path">Microsoft.ML.TorchSharp.dll.</param>
    /// <param name="references">Paths of the assemblies that the application has beside it, TorchSharp.dll among them.</param>
    /// <exception cref="NeighbourException">The file is no assembly or another one, or TorchSharp is missing.</exception>
    public MLTorchSharpAssembly(string path, IEnumerable<string> references)
    {
        _references = new ReferencedAssemblies(references);
        try
        {
            _assembly = Read(path, _references);
            AssemblyDefinition torch = _references.Resolve(new AssemblyNameReference(Torch, new Version())) ?? throw new NeighbourException(
                $"Found no TorchSharp.dll among the application's references; expected the one that {Name} runs on. " +
                "Reference the package TorchSharp, or a package that brings it, such as WiseFt.");
            _torchVersion = torch.Name.Version.ToString(3);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Changes what has to change, in memory.</summary>
    /// <returns>A line for each change: the method and what was changed; empty where the assembly is fine as it is.</returns>
    /// <exception cref="NeighbourException">The assembly needs something of TorchSharp that is not there, or uses a
    /// result in an unknown way.</exception>
    public IReadOnlyList<string> Patch()
    {
        List<string> changes = [];
        foreach (MethodDefinition method in _assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
            foreach (Instruction call in method.Body.Instructions.ToArray())
            {
                if (call.Operand is not MethodReference called) continue;
                if (called.DeclaringType.FullName == Initialisers) changes.AddRange(KeepInitialised(method, call));
                else if (IsMissing(called)) changes.Add(CompleteArguments(method, call, called));
            }
        RefuseWhatIsStillMissing();
        return changes;
    }

    /// <summary>Writes the assembly; the same input gives the same bytes.</summary>
    /// <param name="path">The new file. It keeps the name and the public key of the assembly; .NET does not verify the signature.</param>
    public void Write(string path) => _assembly.Write(path, new WriterParameters { DeterministicMvid = true });

    /// <inheritdoc />
    public void Dispose()
    {
        _assembly?.Dispose();
        _references.Dispose();
    }

    private static AssemblyDefinition Read(string path, IAssemblyResolver references)
    {
        AssemblyDefinition read;
        try
        {
            read = AssemblyDefinition.ReadAssembly(path, new ReaderParameters { AssemblyResolver = references, InMemory = true });
        }
        catch (BadImageFormatException)
        {
            throw new NeighbourException($"{path} is no .NET assembly; expected {Name}.dll. Restore the packages again.");
        }
        if (read.Name.Name == Name) return read;
        string found = read.Name.Name;
        read.Dispose();
        throw new NeighbourException($"{path} is the assembly {found}; expected {Name}, the only one that this step knows how to change.");
    }

    /// <summary>Turns the disposal of an initialiser's result into a pop: the result is the tensor that was passed in.</summary>
    private static IEnumerable<string> KeepInitialised(MethodDefinition method, Instruction call)
    {
        Instruction user = call.Next;
        VariableDefinition? local = StoredIn(user, method.Body);
        IEnumerable<Instruction> disposals = local is null
            ? new[] { user }.Where(IsDispose)
            : method.Body.Instructions.Where(i => LoadedFrom(i, method.Body) == local && IsDispose(i.Next)).Select(i => i.Next);
        Instruction[] found = [.. disposals];
        if (local is null && found.Length == 0 && user.OpCode != OpCodes.Pop && user.OpCode != OpCodes.Ret)
            throw new NeighbourException(
                $"{method.FullName} hands the result of {((MethodReference)call.Operand).Name} to '{user}'; " +
                $"expected that it is disposed, kept in a local variable, returned or dropped. {WhatToDo}");
        foreach (Instruction disposal in found)
        {
            disposal.OpCode = OpCodes.Pop;
            disposal.Operand = null;
            yield return $"{method.DeclaringType.Name}.{method.Name}: no longer disposes the tensor it initialises";
        }
    }

    /// <summary>Calls the overload that took the place of a missing one: the same parameters and further, optional ones.</summary>
    private string CompleteArguments(MethodDefinition method, Instruction call, MethodReference missing)
    {
        MethodDefinition[] successors = [.. missing.DeclaringType.Resolve()?.Methods.Where(m => Extends(m, missing)) ?? []];
        if (successors.Length != 1) throw Missing([missing.FullName]);
        ILProcessor body = method.Body.GetILProcessor();
        Instruction[] added = [.. successors[0].Parameters.Skip(missing.Parameters.Count).Select(Default)];
        // The first of them takes the call's place, so that a jump to the call passes them too.
        (call.OpCode, call.Operand, OpCode opCode) = (added[0].OpCode, added[0].Operand, call.OpCode);
        Instruction last = call;
        foreach (Instruction next in added.Skip(1).Append(Instruction.Create(opCode, _assembly.MainModule.ImportReference(successors[0]))))
        {
            body.InsertAfter(last, next);
            last = next;
        }
        return $"{method.DeclaringType.Name}.{method.Name}: passes {missing.Name} its further parameters " +
            string.Join(", ", successors[0].Parameters.Skip(missing.Parameters.Count).Select(p => p.Name));
    }

    private static bool Extends(MethodDefinition longer, MethodReference called) =>
        longer.Name == called.Name && longer.IsPublic && longer.HasThis == called.HasThis && !longer.HasGenericParameters
        && longer.ReturnType.FullName == called.ReturnType.FullName
        && longer.Parameters.Count > called.Parameters.Count
        && called.Parameters.Select(p => p.ParameterType.FullName)
            .SequenceEqual(longer.Parameters.Take(called.Parameters.Count).Select(p => p.ParameterType.FullName))
        && longer.Parameters.Skip(called.Parameters.Count).All(p => p.IsOptional && p.HasConstant && p.Constant is bool or int);

    private static Instruction Default(ParameterDefinition parameter) =>
        Instruction.Create(OpCodes.Ldc_I4, parameter.Constant is true ? 1 : parameter.Constant as int? ?? 0);

    private void RefuseWhatIsStillMissing()
    {
        IEnumerable<MemberReference> used = _assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)
            .SelectMany(m => m.Body.Instructions).Select(i => i.Operand).OfType<MemberReference>();
        string[] missing = [.. used.Where(IsMissing).Select(m => m.FullName).Distinct()];
        if (missing.Length > 0) throw Missing(missing);
    }

    private NeighbourException Missing(string[] members) => new(
        $"{_assembly.Name.Name} {_assembly.Name.Version} needs {members.Length} members that TorchSharp {_torchVersion} does not have " +
        $"(first: {string.Join("; ", members.Take(3))}); expected none beyond an overload " +
        $"that has grown by optional parameters. {WhatToDo}");

    private static bool IsMissing(MemberReference member)
    {
        TypeReference? type = member as TypeReference ?? member.DeclaringType;
        if (type is null or GenericParameter || type.GetElementType().Scope is not AssemblyNameReference { Name: Torch }) return false;
        return member switch
        {
            TypeReference t => t.Resolve() is null,
            // A member of an array is the runtime's.
            _ when type.IsArray => false,
            MethodReference m => m.Resolve() is null,
            FieldReference f => f.Resolve() is null,
            _ => false,
        };
    }

    private static bool IsDispose(Instruction? instruction) =>
        instruction?.Operand is MethodReference { Name: "Dispose", Parameters.Count: 0, HasThis: true };

    private static VariableDefinition? StoredIn(Instruction instruction, MethodBody body) =>
        Local(instruction, body, Code.Stloc_0, Code.Stloc_S, Code.Stloc);

    private static VariableDefinition? LoadedFrom(Instruction instruction, MethodBody body) =>
        Local(instruction, body, Code.Ldloc_0, Code.Ldloc_S, Code.Ldloc);

    /// <summary>The local variable of an instruction: of the four that have a code of their own, from the first, or by operand.</summary>
    private static VariableDefinition? Local(Instruction instruction, MethodBody body, Code first, Code small, Code large)
    {
        Code code = instruction.OpCode.Code;
        if (code == small || code == large) return (VariableDefinition)instruction.Operand;
        return code >= first && code <= first + 3 ? body.Variables[code - first] : null;
    }
}
