namespace WiseFt.Files;

/// <summary>Where the Hugging Face Hub and its cache are, and how patiently to fetch. Immutable; vary with <c>with</c>.</summary>
public sealed record HuggingFaceHubOptions
{
    /// <summary>The Hub, or a mirror of it. From <c>HF_ENDPOINT</c>; default <c>https://huggingface.co</c>.</summary>
    public Uri Endpoint
    {
        get;
        init => field = value is { IsAbsoluteUri: true, Scheme: "https" or "http" }
            ? value
            : throw new ArgumentException($"Endpoint is '{value}'; expected an absolute http or https address.", nameof(value));
    } = new("https://huggingface.co");

    /// <summary>
    /// The folder of the cache that all Hugging Face libraries share. From <c>HF_HUB_CACHE</c>, <c>HUGGINGFACE_HUB_CACHE</c>, or
    /// <c>HF_HOME/hub</c>; default <c>~/.cache/huggingface/hub</c>.
    /// </summary>
    public required string CacheFolder { get; init => field = Check.NotBlank(value); }

    /// <summary>
    /// The token for private and gated models, or null. From <c>HF_TOKEN</c>, or the file that <c>hf auth login</c> wrote. It is sent to
    /// <see cref="Endpoint"/> alone, and over http to this machine only.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>Whether to use what is cached and nothing else. From <c>HF_HUB_OFFLINE</c>; default false.</summary>
    public bool Offline { get; init; }

    /// <summary>How often a request may fail in a row, without one new byte,
    /// before the transfer is given up. At least 1; default 5.</summary>
    public int Attempts { get; init => field = Check.AtLeast(value, 1); } = 5;

    /// <summary>The pause after a first failure; it doubles with each further one. Default 1 second.</summary>
    public TimeSpan RetryDelay { get; init => field = Pause(value); } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause that is waited for, also where the server asks for more. Default 60 seconds.</summary>
    public TimeSpan MaximumDelay { get; init => field = Pause(value); } = TimeSpan.FromSeconds(60);

    /// <summary>How long the server may be silent. Default 30 seconds.</summary>
    public TimeSpan Timeout { get; init => field = Pause(value); } = TimeSpan.FromSeconds(30);

    /// <summary>The settings that the environment asks for, as Python's <c>huggingface_hub</c> reads them.</summary>
    /// <exception cref="ArgumentException"><c>HF_ENDPOINT</c> is no address.</exception>
    public static HuggingFaceHubOptions FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>The settings that given variables ask for.</summary>
    /// <param name="variable">The value of a variable, or null.</param>
    internal static HuggingFaceHubOptions FromEnvironment(Func<string, string?> variable)
    {
        string? Value(string name) => variable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
        string home = Expand(Value("HF_HOME") ?? Path.Combine(Value("XDG_CACHE_HOME") ?? "~/.cache", "huggingface"));
        string endpoint = Value("HF_ENDPOINT") ?? "https://huggingface.co";
        if (!Uri.TryCreate(endpoint.TrimEnd('/'), UriKind.Absolute, out Uri? address) || address.Scheme is not ("https" or "http"))
            throw new ArgumentException(
                $"The environment variable HF_ENDPOINT is '{endpoint}'; expected an http or https address such as https://huggingface.co.");
        return new HuggingFaceHubOptions
        {
            Endpoint = address,
            CacheFolder = Expand(Value("HF_HUB_CACHE") ?? Value("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub")),
            Token = Value("HF_TOKEN") ?? ReadToken(Expand(Value("HF_TOKEN_PATH") ?? Path.Combine(home, "token"))),
            Offline = (Value("HF_HUB_OFFLINE") ?? Value("TRANSFORMERS_OFFLINE"))?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE",
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Endpoint}, cached in {CacheFolder}{(Offline ? ", offline" : "")}";

    private static string? ReadToken(string path) =>
        File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : null;

    private static string Expand(string path) => path.StartsWith('~')
        ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[1..])
        : path;

    private static TimeSpan Pause(TimeSpan value) => value >= TimeSpan.Zero && value <= TimeSpan.FromDays(1)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a time from 0 to 1 day.");
}
