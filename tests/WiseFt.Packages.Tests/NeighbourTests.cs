namespace WiseFt.Packages.Tests;

/// <summary>Microsoft.ML.TorchSharp beside WiseFt, as a package user has it.</summary>
[Collection(nameof(PackageUser))]
public sealed class NeighbourTests(PackageUser user)
{
    private const string Assembly = "Microsoft.ML.TorchSharp.dll", Version = "0.23.1";

    private string Project => user.At("Consumers", "Neighbour");

    private byte[] Theirs => File.ReadAllBytes(
        user.At("others", "microsoft.ml.torchsharp", Version, "lib", "net8.0", Assembly));

    [Fact]
    public async Task Build_WithoutTheBuildStep_WarnsAndLeavesTheirAssembly()
    {
        string folder = user.At("published", "theirs");
        string output = await Shell.RunAsync(Project, "dotnet", "publish", "-c", "Release", "-o", folder, "-p:WithBuildStep=false");
        output.Should().Contain("warning WISEFT006");
        (await File.ReadAllBytesAsync(Path.Combine(folder, Assembly))).Should().Equal(Theirs);
    }

    [Fact]
    public async Task Build_WithTheBuildStep_PublishesAChangedCopyAndLeavesTheCache()
    {
        byte[] before = Theirs;
        string folder = user.At("published", "changed");
        string output = await Shell.RunAsync(Project, "dotnet", "publish", "-c", "Release", "-o", folder, "-p:WithBuildStep=true");
        output.Should().NotContain("WISEFT006");
        (await File.ReadAllBytesAsync(Path.Combine(folder, Assembly))).Should().NotEqual(before);
        Theirs.Should().Equal(before);
        (await Shell.RunAsync(folder, "dotnet", "Neighbour.dll")).Trim().Should().Be(Path.Combine(folder, Assembly));
    }
}
