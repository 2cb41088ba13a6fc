namespace WiseFt.Files;

/// <summary>One repository in the cache that all Hugging Face libraries share.</summary>
/// <remarks>
/// Layout (huggingface.co, "Hub local cache"): <c>models--OWNER--NAME/refs/REVISION</c> holds a commit; <c>snapshots/COMMIT/FILE</c>
/// links to <c>blobs/TAG</c>; <c>.no_exist/COMMIT/FILE</c> notes a file that is not there;
/// a transfer that is under way is <c>blobs/TAG.incomplete</c>.
/// </remarks>
internal sealed class HuggingFaceHubCache(string cacheFolder, HuggingFaceHubName name)
{
    private readonly string _folder = Path.GetFullPath(Path.Combine(cacheFolder, name.CacheName));
    private readonly string _locks = Path.GetFullPath(Path.Combine(cacheFolder, ".locks", name.CacheName));

    /// <summary>The commit that the revision stood for when it was last asked for, or null.</summary>
    public string? KnownCommit()
    {
        if (name.IsCommit) return name.Revision;
        string path = RefPath();
        return File.Exists(path) && File.ReadAllText(path).Trim() is { } commit && HuggingFaceHubName.IsFileName(commit) ? commit : null;
    }

    /// <summary>Notes the commit that the revision stands for.</summary>
    public void Remember(string commit)
    {
        if (!name.IsCommit && KnownCommit() != commit) AtomicFile.WriteText(RefPath(), commit);
    }

    /// <summary>The folder of a commit's files.</summary>
    public string SnapshotFolder(string commit) => Path.Combine(_folder, "snapshots", commit);

    /// <summary>Whether a commit was found not to have a file.</summary>
    public bool IsKnownMissing(string commit, string file) => File.Exists(MissingPath(commit, file));

    /// <summary>Notes that a commit does not have a file.</summary>
    public void RememberMissing(string commit, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(MissingPath(commit, file))!);
        File.WriteAllBytes(MissingPath(commit, file), []);
    }

    /// <summary>The path of a blob, whether or not it is there.</summary>
    public string BlobPath(HuggingFaceHubFile file)
    {
        string blobs = Path.Combine(_folder, "blobs");
        Directory.CreateDirectory(blobs);
        return Path.Combine(blobs, file.BlobName);
    }

    /// <summary>Makes a blob appear as a file of a commit: by a link, or where there are none, by moving it.</summary>
    public void Link(HuggingFaceHubFile file, string commit)
    {
        string snapshot = SnapshotFolder(commit);
        string path = Path.Combine(snapshot, file.Name);
        string blob = BlobPath(file);
        Directory.CreateDirectory(snapshot);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.CreateSymbolicLink(temporary, Path.Combine("..", "..", "blobs", file.BlobName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // Windows allows links to administrators and in developer mode only.
            temporary = blob;
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Keeps other programs from fetching the same blob until the result is disposed.</summary>
    public async Task<IDisposable> LockAsync(HuggingFaceHubFile file, CancellationToken cancel)
    {
        Directory.CreateDirectory(_locks);
        string path = Path.Combine(_locks, file.BlobName + ".lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(100, cancel).ConfigureAwait(false);
            }
        }
    }

    private string MissingPath(string commit, string file) => Path.Combine(_folder, ".no_exist", commit, file);

    private string RefPath() => Path.Combine([_folder, "refs", .. name.Revision.Split('/')]);
}
