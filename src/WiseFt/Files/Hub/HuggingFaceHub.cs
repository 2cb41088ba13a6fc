using System.Collections.Immutable;

namespace WiseFt.Files;

/// <summary>Fetches CLIP models from the Hugging Face Hub into the cache that all Hugging Face libraries share.</summary>
/// <remarks>
/// Fetched are the files of a CLIP model alone: <c>config.json</c> with its weights as safetensors, sharded or not, or as
/// <c>pytorch_model.bin</c>, sharded or not; else <c>open_clip_config.json</c> with its weights; and <c>vocab.json</c>, <c>merges.txt</c>
/// and <c>preprocessor_config.json</c> where they are there. Every file is of the same commit and its checksum is compared.
/// Weights may have 64 GiB a file, the others 64 MiB.
/// Source of the protocol: huggingface/huggingface_hub <c>file_download.py</c>.
/// </remarks>
public sealed class HuggingFaceHub : IDisposable
{
    private readonly HuggingFaceHubOptions _options;
    private readonly HuggingFaceHubRequests _requests;
    private bool _disposed;

    /// <summary>Prepares to fetch; nothing is sent yet.</summary>
    /// <param name="options">The settings; those of the environment if null.</param>
    public HuggingFaceHub(HuggingFaceHubOptions? options = null)
    {
        _options = options ?? HuggingFaceHubOptions.FromEnvironment();
        _requests = new HuggingFaceHubRequests(_options);
    }

    /// <summary>Whether a text has the form of a model's name on the Hub: <c>owner/name</c> or <c>owner/name@revision</c>.</summary>
    /// <param name="text">Any text; an existing folder of that name goes first, which is for the caller to check.</param>
    public static bool IsModelName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return HuggingFaceHubName.TryParse(text) is not null;
    }

    /// <summary>A folder with the files of a model, fetched where they are not cached. Blocks until they are there.</summary>
    /// <inheritdoc cref="FetchAsync"/>
    public string Fetch(string model, IProgress<HuggingFaceHubProgress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => FetchAsync(model, progress, cancel), CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>A folder with the files of a model, fetched where they are not cached.</summary>
    /// <param name="model"><c>owner/name</c>, or <c>owner/name@revision</c> for a branch, tag or commit other than <c>main</c>.</param>
    /// <param name="progress">Told of each file's transfer, about once a megabyte.</param>
    /// <param name="cancel">Breaks a transfer off; the next one goes on from there.</param>
    /// <returns>The folder of the commit in the cache. Its files are for reading only: they are shared.</returns>
    /// <exception cref="ArgumentException">The text is no model's name.</exception>
    /// <exception cref="CheckpointException">The model is not there, not readable with the token, no CLIP model,
    /// or out of reach and not cached.</exception>
    public async Task<string> FetchAsync(
        string model, IProgress<HuggingFaceHubProgress>? progress = null, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Check.NotBlank(model);
        HuggingFaceHubName name = HuggingFaceHubName.TryParse(model) ?? throw new ArgumentException(
            $"'{model}' is no model's name on the Hub; expected owner/name or owner/name@revision, such as openai/clip-vit-base-patch32.",
            nameof(model));
        var cache = new HuggingFaceHubCache(_options.CacheFolder, name);
        string? cached = cache.KnownCommit() is { } commit && HuggingFaceHubFiles.IsComplete(cache.SnapshotFolder(commit))
            ? cache.SnapshotFolder(commit)
            : null;
        if (cached is not null && (name.IsCommit || _options.Offline)) return cached;
        if (_options.Offline) throw OutOfReach(name, "HF_HUB_OFFLINE is set", null);
        try
        {
            return await new Transfer(this, name, cache, progress).RunAsync(cancel).ConfigureAwait(false);
        }
        catch (HuggingFaceHubException e)
        {
            if (e.IsOutage) return cached ?? throw OutOfReach(name, e.Message, e);
            throw new CheckpointException($"Cannot fetch {name}: {e.Message}.", e);
        }
    }

    /// <summary>Closes the connections. May be called again.</summary>
    public void Dispose()
    {
        _disposed = true;
        _requests.Dispose();
    }

    private CheckpointException OutOfReach(HuggingFaceHubName name, string why, Exception? inner) => new(
        $"Cannot fetch {name}: {why}, and the cache in {_options.CacheFolder} does not hold it whole. Where there is a network, run "
        + $"`hf download {name.Repository} --revision {name.Revision} --local-dir FOLDER`, or save {HuggingFaceHubFiles.Config}, "
        + "model.safetensors, vocab.json, merges.txt and preprocessor_config.json from "
        + $"{_options.Endpoint.AbsoluteUri.TrimEnd('/')}/{name.Repository}/tree/{name.Revision} in one folder, copy it here, "
        + "and give its path instead of the name.", inner);

    /// <summary>One fetch of a model. The first answer fixes the commit; everything else is asked of that commit.</summary>
    private sealed class Transfer(
        HuggingFaceHub hub, HuggingFaceHubName name, HuggingFaceHubCache cache, IProgress<HuggingFaceHubProgress>? progress)
    {
        // A mirror may not tell the commit: its branch then takes the commit's place.
        private string _snapshot = name.Revision.Replace('/', '-');
        private bool _isCommit = name.IsCommit;

        public async Task<string> RunAsync(CancellationToken cancel)
        {
            foreach (var (config, weights) in HuggingFaceHubFiles.Layouts)
            {
                if (!await FetchAsync(config, cancel).ConfigureAwait(false)
                    || !HuggingFaceHubFiles.Describes(cache.SnapshotFolder(_snapshot), config)) continue;
                if (!await FetchFirstAsync(weights, cancel).ConfigureAwait(false)) continue;
                foreach (string file in HuggingFaceHubFiles.Optional) await FetchAsync(file, cancel).ConfigureAwait(false);
                cache.Remember(_snapshot);
                return cache.SnapshotFolder(_snapshot);
            }
            throw new CheckpointException(
                $"Cannot fetch {name}: it has no CLIP model of a known layout. Expected " +
                $"{string.Join(", or ", HuggingFaceHubFiles.Layouts.Select(l => $"{l.Config} with {string.Join(" or ", l.Weights)}"))}." +
                $"{OtherModel()} Check the name.");
        }

        private string OtherModel()
        {
            string config = SnapshotPath(HuggingFaceHubFiles.Config);
            return File.Exists(config) && HuggingFaceHubFiles.ModelType(cache.SnapshotFolder(_snapshot)) is { } type and not "clip"
                ? $" Its {HuggingFaceHubFiles.Config} is of a '{type}' model."
                : "";
        }

        private async Task<bool> FetchFirstAsync(ImmutableArray<string> weights, CancellationToken cancel)
        {
            foreach (string file in weights)
            {
                if (!await FetchAsync(file, cancel).ConfigureAwait(false)) continue;
                if (!WeightFileNames.IsIndex(file)) return true;
                foreach (string shard in HuggingFaceHubFiles.Shards(SnapshotPath(file)))
                    if (!await FetchAsync(shard, cancel).ConfigureAwait(false))
                        throw new CheckpointException($"Cannot fetch {name}: its {file} names {shard}, which is not there.");
                return true;
            }
            return false;
        }

        /// <summary>Whether the repository has the file, which then is in the snapshot.</summary>
        private async Task<bool> FetchAsync(string file, CancellationToken cancel)
        {
            // A commit never changes, so neither do its files.
            if (_isCommit && File.Exists(SnapshotPath(file))) return true;
            if (_isCommit && cache.IsKnownMissing(_snapshot, file)) return false;
            string revision = name.Revision;
            HuggingFaceHubFile? described = await hub._requests.DescribeAsync(name, revision, file, cancel).ConfigureAwait(false);
            if (_isCommit && described?.Commit is not null && described.Commit != _snapshot)
            {
                // Somebody has just changed the repository; stay with the commit that was begun.
                revision = _snapshot;
                described = await hub._requests.DescribeAsync(name, revision, file, cancel).ConfigureAwait(false);
            }
            if (described is null)
            {
                if (_isCommit) cache.RememberMissing(_snapshot, file);
                return false;
            }
            if (!_isCommit && described.Commit is not null) (_snapshot, _isCommit) = (described.Commit, true);
            await StoreAsync(described, hub._requests.Address(name, revision, file), cancel).ConfigureAwait(false);
            return true;
        }

        private async Task StoreAsync(HuggingFaceHubFile file, Uri address, CancellationToken cancel)
        {
            using IDisposable mine = await cache.LockAsync(file, cancel).ConfigureAwait(false);
            // Another program may have fetched it in the meantime.
            if (_isCommit && File.Exists(SnapshotPath(file.Name))) return;
            string blob = cache.BlobPath(file);
            if (!File.Exists(blob))
                await new HuggingFaceHubDownload(hub._requests, hub._options, file, address, progress)
                    .FetchAsync(blob, cancel).ConfigureAwait(false);
            cache.Link(file, _snapshot);
        }

        private string SnapshotPath(string file) => Path.Combine(cache.SnapshotFolder(_snapshot), file);
    }
}
