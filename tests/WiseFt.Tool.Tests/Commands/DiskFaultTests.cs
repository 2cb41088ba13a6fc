using System.Diagnostics;

namespace WiseFt.Tool.Tests;

/// <summary>Output that cannot be written: clear errors, nothing half-written.
/// Where a file system can be mounted, on one that is full.</summary>
[Collection(TrainingRun.Processes)]
public sealed class DiskFaultTests(TrainingRun run)
{
    /// <summary>Kind of fault, mode, and what the error must say.</summary>
    public static TheoryData<string, string, string> Faults()
    {
        var faults = new TheoryData<string, string, string>
        {
            { "a file", "linear", "is a file; expected a folder" },
            { "in use", "linear", "in use by another training run" },
        };
        if (CanMount())
        {
            faults.Add("read-only", "linear", "Read-only file system");
            faults.Add("full at the first checkpoint", "end-to-end", "The checkpoint of step 1 cannot be written");
            faults.Add("full at a later checkpoint", "end-to-end", "The last good checkpoint is ");
            faults.Add("full at the results", "linear", "Free disk space and try again");
        }
        else if (OperatingSystem.IsLinux())
        {
            faults.Add("no permission", "linear", "change its permissions");
        }
        return faults;
    }

    [Theory, MemberData(nameof(Faults))]
    [Fault(
        "disk full, read-only, no permission", "a small or read-only file system where one can be mounted, else permissions",
        "says so; nothing half-written; goes on with more space")]
    public async Task Train_OutputCannotBeWritten_SaysSoAndLeavesNothingHalfWritten(string fault, string mode, string expected)
    {
        string output = run.NewOutput();
        Directory.CreateDirectory(output);
        using IDisposable broken = Break(output, fault);

        var (exitCode, _, errors) = await ToolProcess.RunAsync(run.Arguments(mode, output));

        exitCode.Should().Be(1, errors);
        errors.Should().Contain(expected);
        if (File.Exists(output)) return;
        Directory.GetFiles(output, "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
        Directory.GetFiles(output, "finetuned*").Should().BeEmpty();
        if (fault.StartsWith("full", StringComparison.Ordinal)) await AssertGoesOnWithMoreSpaceAsync(output, mode);
    }

    private async Task AssertGoesOnWithMoreSpaceAsync(string output, string mode)
    {
        Run("mount", "-o", "remount,size=200m", output).Should().BeTrue();

        var (exitCode, _, errors) = await ToolProcess.RunAsync([.. run.Arguments(mode, output), "--resume"]);

        exitCode.Should().Be(0, errors);
        TrainingRun.Results.Read(output).Should().Be(await run.UndisturbedAsync(mode));
    }

    private static IDisposable Break(string output, string fault)
    {
        switch (fault)
        {
            case "a file":
                Directory.Delete(output);
                File.WriteAllText(output, "");
                return new Mend(() => { });
            case "in use":
                Directory.CreateDirectory(Path.Combine(output, ".checkpoints"));
                return new FileStream(Path.Combine(output, ".checkpoints", "lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
            case "no permission":
                Run("chmod", "555", output).Should().BeTrue();
                return new Mend(() => Run("chmod", "755", output));
            default:
                string options = fault switch
                {
                    "read-only" => "ro",
                    "full at the first checkpoint" => "size=2m",
                    "full at a later checkpoint" => "size=30m",
                    _ => "size=8m",
                };
                Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", output).Should().BeTrue();
                return new Mend(() => Run("umount", output));
        }
    }

    private static bool CanMount()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") return false;
        using var folder = new TemporaryFolder();
        bool mounted = Run("mount", "-t", "tmpfs", "tmpfs", folder.Path);
        if (mounted) Run("umount", folder.Path);
        return mounted;
    }

    private static bool Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private sealed class Mend(Action mend) : IDisposable
    {
        public void Dispose() => mend();
    }
}
