using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary>The process's own threads, beside libtorch's.</summary>
internal static class Threads
{
    /// <summary>Loads libtorch, which takes as long as reading a command line and its files, on a thread beside that.</summary>
    public static Task LoadTorch() => Task.Run(() => ones(1).Dispose());

    /// <summary>Lets Ctrl+C be answered at once: .NET handles it on the thread pool, which training and decoding keep busy,
    /// and which grows by a thread every half second.</summary>
    public static void KeepSomeForSignals()
    {
        const int spare = 4;
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(workers + spare, ports);
    }
}
