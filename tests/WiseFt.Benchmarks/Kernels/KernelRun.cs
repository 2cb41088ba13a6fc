using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace WiseFt.Benchmarks;

/// <summary>Runs the kernels with BenchmarkDotNet.</summary>
internal static class KernelRun
{
    /// <summary>Measures in this process: BenchmarkDotNet would otherwise build a project of its own,
    /// without the native library's targets.</summary>
    public static int Start(string[] options)
    {
        IConfig config = ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        return BenchmarkRunner.Run<Kernels>(config, options).HasCriticalValidationErrors ? 1 : 0;
    }
}
