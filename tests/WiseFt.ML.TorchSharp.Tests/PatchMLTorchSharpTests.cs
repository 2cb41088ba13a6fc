using System.Collections;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace WiseFt.Neighbours.Tests;

/// <summary>The task of the build, and what the build of this project made with it.</summary>
public sealed class PatchMLTorchSharpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Engine _engine = new();

    [Fact]
    public void Build_OfThisProject_LoadsTheChangedCopyAndLeavesThePackage()
    {
        string loaded = typeof(Microsoft.ML.TorchSharp.NasBert.TextClassificationTrainer).Assembly.Location;
        Path.GetDirectoryName(loaded).Should().Be(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        Run(Packages.MLTorchSharp, _folder.At("patched.dll")).Should().BeTrue();
        File.ReadAllBytes(loaded).Should().Equal(File.ReadAllBytes(_folder.At("patched.dll")))
            .And.NotEqual(File.ReadAllBytes(Packages.MLTorchSharp));
    }

    [Fact]
    public void Execute_OfAFineAssembly_CopiesItToTheByteAndSaysSoAtLowImportance()
    {
        Run(Packages.MLTorchSharp, _folder.At("patched.dll"));
        _engine.Messages.Clear();
        Run(_folder.At("patched.dll"), _folder.At("again", "patched.dll")).Should().BeTrue();
        File.ReadAllBytes(_folder.At("again", "patched.dll")).Should().Equal(File.ReadAllBytes(_folder.At("patched.dll")));
        _engine.Messages.Should().ContainSingle(m => m.Message!.Contains("needs no change") && m.Importance == MessageImportance.Low);
    }

    [Fact]
    public void Execute_OverAnOlderCopy_LeavesWhatIsLinkedToThat()
    {
        _folder.Write("patched.dll", "older");
        string older = _folder.At("patched.dll");
        using FileStream linked = new(older, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Run(Packages.MLTorchSharp, older).Should().BeTrue();
        new StreamReader(linked).ReadToEnd().Should().Be("older");
    }

    [Fact]
    public void Execute_OfAnUnknownAssembly_IsAnErrorAndWritesNothing()
    {
        Run(Packages.TorchSharp, _folder.At("patched.dll")).Should().BeFalse();
        _engine.Errors.Should().ContainSingle().Which.Code.Should().Be("WISEFT007");
        File.Exists(_folder.At("patched.dll")).Should().BeFalse();
    }

    public void Dispose() => _folder.Dispose();

    private bool Run(string assembly, string output) => new PatchMLTorchSharp
    {
        BuildEngine = _engine,
        Assembly = assembly,
        References = [new TaskItem(Packages.TorchSharp)],
        Output = output,
    }.Execute();

    /// <summary>Keeps what the task logs.</summary>
    private sealed class Engine : IBuildEngine
    {
        public List<BuildErrorEventArgs> Errors { get; } = [];

        public List<BuildMessageEventArgs> Messages { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "test.csproj";

        public bool BuildProjectFile(string project, string[] targets, IDictionary properties, IDictionary outputs) =>
            throw new NotSupportedException("The task builds no project.");

        public void LogCustomEvent(CustomBuildEventArgs e) => throw new NotSupportedException("The task logs errors and messages.");

        public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

        public void LogMessageEvent(BuildMessageEventArgs e) => Messages.Add(e);

        public void LogWarningEvent(BuildWarningEventArgs e) => throw new NotSupportedException("The task logs errors and messages.");
    }
}
