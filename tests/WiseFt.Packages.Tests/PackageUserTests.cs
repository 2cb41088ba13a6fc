namespace WiseFt.Packages.Tests;

/// <summary>The ways in which packages are used, each by a program outside of the repository.</summary>
[Collection(nameof(PackageUser))]
public sealed class PackageUserTests(PackageUser user)
{
    private const string Label = "mammal";

    [Fact]
    public void Readme_CommandsAndSnippetAsTheyStand_TrainSaveAndPredict()
    {
        user.Unpacked.Should().Contain("starter-clip is a model");
        user.Printed.Should().MatchRegex(@"reference distribution: 0\.(4[4-9]|5[0-3])\nA Twemoji dog, of another distribution: mammal");
        File.Exists(user.Model).Should().BeTrue();
    }

    [Fact]
    public async Task Library_BehindAnApplication_LoadsTheModelInAnotherProcess()
    {
        string output = await Shell.RunAsync(
            user.At("Consumers", "Application"), "dotnet", "run", "-c", "Release", "--", user.Model, user.Dog);
        output.Trim().Should().EndWith(Label);
    }

    [Theory]
    [InlineData("AspNet")]
    [InlineData("Worker")]
    public async Task Host_WithAPool_AnswersAndEnds(string name)
    {
        string output = await Shell.RunAsync(
            user.At("Consumers", name), "dotnet", "run", "-c", "Release", "--", "--Model", user.Model, "--Image", user.Dog,
            "--urls", "http://127.0.0.1:0");
        output.Split('\n').Should().Contain(line => line.Trim() == Label);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SingleFile_WithNativeLibrariesBesideOrInside_StartsAndPredicts(bool inside)
    {
        string folder = user.At("published", $"inside {inside}");
        await Shell.RunAsync(
            user.At("Consumers", "Application"), "dotnet", "publish", "-c", "Release", "--use-current-runtime", "--self-contained", "false",
            "-p:PublishSingleFile=true", $"-p:IncludeNativeLibrariesForSelfExtract={inside}", "-o", folder);
        (Directory.GetFiles(folder, "*torch*").Length > 0).Should().Be(!inside);
        string program = Path.Combine(folder, OperatingSystem.IsWindows() ? "Application.exe" : "Application");
        (await Shell.RunAsync(folder, program, user.Model, user.Dog)).Trim().Should().Be(Label);
    }

    [Fact]
    public async Task FileBasedProgram_OfTheExamples_Runs()
    {
        string program = user.At("zeroshot.cs");
        File.Copy(Path.Combine(Fixtures.RepositoryRoot, "examples", "FileBased", "zeroshot.cs"), program, overwrite: true);
        string model = Path.Combine(user.Emoji, "examples", "data", "starter-clip");
        (await Shell.RunAsync(user.At(), "dotnet", "run", program, "--", model, "dog,car,cup", user.Dog)).Trim().Should().EndWith("dog");
    }

    [Theory]
    [InlineData("PublishTrimmed=true", "error WISEFT002: PublishTrimmed is true")]
    [InlineData("PublishAot=true", "error WISEFT001: PublishAot is true")]
    [InlineData("RuntimeIdentifier=linux-musl-x64", "error WISEFT003: RuntimeIdentifier is 'linux-musl-x64'")]
    [InlineData("RuntimeIdentifier=linux-arm64", "error WISEFT003: RuntimeIdentifier is 'linux-arm64'")]
    [InlineData("ContainerFamily=alpine", "error WISEFT003: The container's image is Alpine's (alpine); libtorch needs glibc")]
    [InlineData("NETCoreSdkPortableRuntimeIdentifier=linux-arm64", "warning WISEFT004: This machine is 'linux-arm64'")]
    [InlineData("WithoutLibtorch=true", "warning WISEFT005: No package brings libtorch")]
    public async Task Build_ForWhatCannotWork_SaysSo(string property, string expected)
    {
        string folder = user.At("Consumers", "Application");
        await Shell.RunAsync(folder, "dotnet", "restore", "-p:UseAppHost=false", Restored(property));
        // As restored before: what trimming and compilation ahead of time need besides is none of this test's business.
        var (exitCode, output) = await Shell.TryAsync(
            folder, "dotnet", "build", "--no-restore", "-c", "Release", "-p:UseAppHost=false", $"-p:{property}");
        (exitCode != 0).Should().Be(expected.StartsWith("error", StringComparison.Ordinal));
        output.Should().Contain(expected);
    }

    private static string Restored(string property) =>
        property.StartsWith("Publish", StringComparison.Ordinal) ? "-p:Configuration=Release" : $"-p:{property}";
}
