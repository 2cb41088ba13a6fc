using WiseFt.Files;

namespace WiseFt.Tests;

/// <summary>A Hub on this machine with one model, an empty cache, and a client between them.</summary>
public abstract class HuggingFaceHubTestBase : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    protected static byte[] Weights { get; } = RandomBytes();

    private protected LoopbackHub Server { get; } = new LoopbackHub { RedirectedSuffix = ".safetensors" }
        .With("config.json", ClipConfigJson).With("model.safetensors", Weights).With("vocab.json", "{\"a\": 0}")
        .With("merges.txt", "#version");

    protected const string ClipConfigJson = """{"model_type": "clip"}""";

    protected string Cache => _cache.Path;

    protected string Repository => _cache.At("models--openai--clip");

    protected string Snapshot => Path.Combine(Repository, "snapshots", LoopbackHub.Commit);

    protected string Incomplete => Path.Combine(Repository, "blobs", LoopbackHub.Sha256(Weights) + ".incomplete");

    public void Dispose()
    {
        Server.Dispose();
        _cache.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static HubAnswer Part(HubRequest request, int length)
    {
        int from = request.Range is { } range
            ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture)
            : 0;
        return new HubAnswer(from == 0 ? 200 : 206)
        {
            Body = Weights[from..],
            BreakAfter = length,
            Headers = from == 0 ? [] : new() { ["Content-Range"] = $"bytes {from}-{Weights.Length - 1}/{Weights.Length}" },
        };
    }

    private static byte[] RandomBytes()
    {
        byte[] bytes = new byte[500_000];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    protected HuggingFaceHubOptions Options() => new()
    {
        CacheFolder = Cache,
        Endpoint = Server.Address,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Timeout = TimeSpan.FromSeconds(20),
    };

    protected string Fetch(
        HuggingFaceHubOptions? options = null, string model = "openai/clip", IProgress<HuggingFaceHubProgress>? progress = null)
    {
        using var hub = new HuggingFaceHub(options ?? Options());
        return hub.Fetch(model, progress);
    }
}
