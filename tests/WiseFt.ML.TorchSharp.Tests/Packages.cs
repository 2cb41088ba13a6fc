using System.Reflection;

namespace WiseFt.Neighbours.Tests;

/// <summary>The assemblies as the packages have them; the project file writes their paths into the test assembly.</summary>
internal static class Packages
{
    /// <summary>Microsoft.ML.TorchSharp.dll, unchanged.</summary>
    public static string MLTorchSharp => PathOf("MLTorchSharpInPackage");

    /// <summary>TorchSharp.dll, of which a test's output has an equal copy.</summary>
    public static string TorchSharp => Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll");

    private static string PathOf(string key) => typeof(Packages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == key).Value!;
}
