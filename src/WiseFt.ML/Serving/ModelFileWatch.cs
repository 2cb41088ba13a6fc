namespace WiseFt.ML;

/// <summary>Looks at a file from time to time and tells when another one has taken its place and is written completely.</summary>
internal sealed class ModelFileWatch : IAsyncDisposable
{
    private readonly string _path;
    private readonly Action _changed;
    private readonly PeriodicTimer _timer;
    private readonly Task _loop;

    /// <summary>Begins to watch.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="known">The state that needs no telling.</param>
    /// <param name="interval">Time between looks. A change is told when two looks in a row see the same.</param>
    /// <param name="changed">Told once a change. Must not throw.</param>
    public ModelFileWatch(string path, FileState? known, TimeSpan interval, Action changed)
    {
        (_path, _changed, _timer) = (path, changed, new PeriodicTimer(interval));
        _loop = Task.Run(() => RunAsync(known));
    }

    /// <summary>The state of a file, or null where there is none.</summary>
    public static FileState? Look(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            return file.Exists ? new FileState(file.FullName, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (IOException)
        {
            return null; // It is being replaced; the next look tells.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync(FileState? known)
    {
        FileState? before = known;
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            FileState? now = Look(_path);
            bool settled = now == before;
            before = now;
            if (now is null || now == known || !settled) continue;
            known = now;
            _changed();
        }
    }
}

/// <summary>What tells one version of a file from another.</summary>
/// <param name="Path">Where it really lies.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Written">When it was last written, UTC.</param>
internal sealed record FileState(string Path, long Length, DateTime Written);
