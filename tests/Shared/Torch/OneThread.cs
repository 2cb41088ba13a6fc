using System.Runtime.CompilerServices;
using TorchSharp;

namespace WiseFt.Tests;

/// <summary>Tests run side by side, and their models are small: one thread each for libtorch,
/// whose threads would only wait for each other.</summary>
internal static class OneThread
{
    [ModuleInitializer]
    internal static void Set() => torch.set_num_threads(1);
}
