using Mono.Cecil;
using Mono.Cecil.Cil;

namespace WiseFt.Neighbours.Tests;

/// <summary>What the build step changes, what it leaves, and what it refuses.</summary>
public sealed class MLTorchSharpAssemblyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Patch_OfThePackagesAssembly_ChangesSixMethodsAndNothingElse()
    {
        using MLTorchSharpAssembly assembly = Open(Packages.MLTorchSharp);
        assembly.Patch().Should().BeEquivalentTo(
            "ModelUtils.InitXavierUniform: no longer disposes the tensor it initialises",
            "ModelUtils.InitConstant: no longer disposes the tensor it initialises",
            "ModelUtils.InitNormal: no longer disposes the tensor it initialises",
            "ModelUtils.InitZeros: no longer disposes the tensor it initialises",
            "AutoFormerV2Block.forward: passes interpolate its further parameters antialias",
            "FPN.forward: passes interpolate its further parameters antialias");
        assembly.Write(_folder.At("patched.dll"));

        using AssemblyDefinition before = AssemblyDefinition.ReadAssembly(Packages.MLTorchSharp);
        using AssemblyDefinition after = AssemblyDefinition.ReadAssembly(_folder.At("patched.dll"));
        after.FullName.Should().Be(before.FullName);
        Dictionary<string, string> code = Code(before);
        Code(after).Where(m => code[m.Key] != m.Value).Should().HaveCount(6);
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytes()
    {
        foreach (string name in new[] { "first.dll", "second.dll" })
        {
            using MLTorchSharpAssembly assembly = Open(Packages.MLTorchSharp);
            assembly.Patch();
            assembly.Write(_folder.At(name));
        }
        File.ReadAllBytes(_folder.At("second.dll")).Should().Equal(File.ReadAllBytes(_folder.At("first.dll")));
    }

    [Fact]
    public void Patch_OfAPatchedAssembly_ChangesNothing()
    {
        using (MLTorchSharpAssembly assembly = Open(Packages.MLTorchSharp))
        {
            assembly.Patch();
            assembly.Write(_folder.At("patched.dll"));
        }
        using MLTorchSharpAssembly patched = Open(_folder.At("patched.dll"));
        patched.Patch().Should().BeEmpty();
    }

    [Fact]
    public void Open_OfAnotherAssembly_SaysWhichOneItIs() =>
        FluentActions.Invoking(() => Open(Packages.TorchSharp)).Should().Throw<NeighbourException>()
            .WithMessage("*TorchSharp.dll is the assembly TorchSharp; expected Microsoft.ML.TorchSharp,*");

    [Fact]
    public void Open_OfNoAssembly_IsRefused() =>
        FluentActions.Invoking(() => Open(_folder.Write("text.dll", "no assembly").At("text.dll"))).Should().Throw<NeighbourException>()
            .WithMessage("*text.dll is no .NET assembly*");

    [Fact]
    public void Open_WithoutTorchSharp_SaysWhatToReference() =>
        FluentActions.Invoking(() => new MLTorchSharpAssembly(Packages.MLTorchSharp, [])).Should().Throw<NeighbourException>()
            .WithMessage("Found no TorchSharp.dll*Reference the package TorchSharp*");

    [Fact]
    public void Patch_WhereTorchSharpLacksAMember_NamesIt()
    {
        using MLTorchSharpAssembly assembly = Open(Packages.MLTorchSharp, TorchWithout("SGD"));
        assembly.Invoking(a => a.Patch()).Should().Throw<NeighbourException>()
            .WithMessage("*that TorchSharp 0.107.* does not have (first: *SGD*WiseFtPatchMLTorchSharp=false*");
    }

    [Fact]
    public void Patch_WhereTheLongerOverloadHasARequiredParameter_IsRefused()
    {
        string torch = ChangedTorch(m =>
        {
            MethodDefinition interpolate = m.GetType("TorchSharp.torch/nn/functional").Methods.Single(f => f.Name == "interpolate");
            interpolate.Parameters[^1].IsOptional = false;
        });
        using MLTorchSharpAssembly assembly = Open(Packages.MLTorchSharp, torch);
        assembly.Invoking(a => a.Patch()).Should().Throw<NeighbourException>().WithMessage("*does not have (first: *interpolate*");
    }

    [Fact]
    public void Patch_WhereAnInitialisedTensorGoesElsewhere_IsRefused()
    {
        string path = _folder.At("Microsoft.ML.TorchSharp.dll");
        using (AssemblyDefinition changed = AssemblyDefinition.ReadAssembly(Packages.MLTorchSharp))
        {
            MethodBody body = changed.MainModule.GetType("Microsoft.ML.TorchSharp.Utils.ModelUtils")
                .Methods.Single(m => m.Name == "InitZeros").Body;
            Instruction call = body.Instructions.Single(i => i.OpCode == OpCodes.Call);
            body.GetILProcessor().InsertAfter(call, Instruction.Create(OpCodes.Castclass, ((MethodReference)call.Operand).ReturnType));
            changed.Write(path);
        }
        using MLTorchSharpAssembly assembly = Open(path);
        assembly.Invoking(a => a.Patch()).Should().Throw<NeighbourException>().WithMessage("*InitZeros*hands the result of zeros_ to*");
    }

    public void Dispose() => _folder.Dispose();

    private static MLTorchSharpAssembly Open(string path, string? torch = null) => new(path, [torch ?? Packages.TorchSharp]);

    private string TorchWithout(string method) => ChangedTorch(m =>
    {
        foreach (MethodDefinition found in m.GetTypes().SelectMany(t => t.Methods).Where(f => f.Name == method)) found.Name = "Gone";
    });

    private string ChangedTorch(Action<ModuleDefinition> change)
    {
        string path = _folder.At("TorchSharp.dll");
        using AssemblyDefinition torch = AssemblyDefinition.ReadAssembly(Packages.TorchSharp);
        change(torch.MainModule);
        torch.Write(path);
        return path;
    }

    private static Dictionary<string, string> Code(AssemblyDefinition assembly) => assembly.MainModule.GetTypes()
        .SelectMany(t => t.Methods).Where(m => m.HasBody)
        .ToDictionary(m => m.FullName, m => string.Join('\n', m.Body.Instructions.Select(i => $"{i.OpCode} {Operand(i)}")));

    // An instruction as an operand prints its offset and code, a string as itself.
    private static string? Operand(Instruction instruction) => instruction.Operand switch
    {
        Instruction target => target.Offset.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Instruction[] targets => string.Join(' ', targets.Select(t => t.Offset)),
        object other => other.ToString(),
        null => null,
    };
}
