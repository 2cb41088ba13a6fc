using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace WiseFt.Files;

/// <summary>Requests to the Hub: redirects, the token, pauses and repetitions.</summary>
internal sealed class HuggingFaceHubRequests : IDisposable
{
    private const int MaximumRedirects = 8;

    private readonly HuggingFaceHubOptions _options;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, Proxy = new RemoteProxy() })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private volatile bool _reached;

    public HuggingFaceHubRequests(HuggingFaceHubOptions options) => _options = options;

    /// <summary>The address of a file.</summary>
    public Uri Address(HuggingFaceHubName name, string revision, string file) =>
        new(
            $"{_options.Endpoint.AbsoluteUri.TrimEnd('/')}/{name.Repository}/resolve/{Uri.EscapeDataString(revision)}/" +
            $"{Uri.EscapeDataString(file)}");

    /// <summary>Asks about a file.</summary>
    /// <returns>What the server says, or null where there is no such file.</returns>
    /// <exception cref="HuggingFaceHubException">There is no answer, or a refusal.</exception>
    public async Task<HuggingFaceHubFile?> DescribeAsync(HuggingFaceHubName name, string revision, string file, CancellationToken cancel)
    {
        Uri address = Address(name, revision, file);
        for (int failures = 1; ; failures++)
        {
            try
            {
                return await DescribeOnceAsync(HttpMethod.Head, address, file, cancel).ConfigureAwait(false);
            }
            catch (HuggingFaceHubException e) when (e.IsOutage && failures < _options.Attempts && (_reached || !e.IsUnreachable))
            {
                // A machine without a network is not kept waiting; a network that fails on the way may come back.
                await PauseAsync(e, failures, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Opens a file's content.</summary>
    /// <param name="address">The file's address.</param>
    /// <param name="from">The first byte wanted.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>A response of status 200, 206 or 416.</returns>
    /// <exception cref="HuggingFaceHubException">There is no answer, or a refusal.</exception>
    public async Task<HttpResponseMessage> OpenAsync(Uri address, long from, CancellationToken cancel)
    {
        for (int redirects = 0; redirects <= MaximumRedirects; redirects++)
        {
            HttpResponseMessage response = await SendAsync(HttpMethod.Get, address, from, cancel).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return response;
            using (response) address = Redirect(response, address) ?? throw Refusal(response, address);
        }
        throw new HuggingFaceHubException($"{address.Host} redirects without end", HttpStatusCode.Redirect);
    }

    /// <summary>Waits before the next attempt: as long as the server asks for, else longer each time.</summary>
    /// <exception cref="HuggingFaceHubException">The server asks for more patience than the options allow.</exception>
    public async Task PauseAsync(HuggingFaceHubException failure, int failures, CancellationToken cancel)
    {
        TimeSpan pause = failure.RetryAfter
            ?? Shorter(_options.RetryDelay * Math.Pow(2, Math.Min(failures - 1, 16)), _options.MaximumDelay);
        if (pause > _options.MaximumDelay)
            throw new HuggingFaceHubException(
                $"{failure.Message}; it asks to wait {pause.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} seconds",
                failure.Status, failure);
        await Task.Delay(pause, cancel).ConfigureAwait(false);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<HuggingFaceHubFile?> DescribeOnceAsync(HttpMethod method, Uri address, string file, CancellationToken cancel)
    {
        string? commit = null;
        for (int redirects = 0; redirects <= MaximumRedirects; redirects++)
        {
            using HttpResponseMessage response = await SendAsync(method, address, from: 0, cancel).ConfigureAwait(false);
            if (method == HttpMethod.Head && response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
                return await DescribeOnceAsync(HttpMethod.Get, address, file, cancel).ConfigureAwait(false);
            commit ??= Header(response, "X-Repo-Commit") is { } hash && HuggingFaceHubName.IsCommitHash(hash) ? hash : null;
            // Large files lie on other servers; the Hub's own redirect already says what they are.
            string? linked = Header(response, "X-Linked-Etag");
            Uri? next = Redirect(response, address);
            if (next is not null && linked is null) address = next;
            else if (next is not null || response.IsSuccessStatusCode) return Describe(response, file, commit, linked, next is not null);
            else if (IsMissingFile(response)) return null;
            else throw Refusal(response, address);
        }
        throw new HuggingFaceHubException($"{address.Host} redirects without end", HttpStatusCode.Redirect);
    }

    private static HuggingFaceHubFile Describe(HttpResponseMessage response, string file, string? commit, string? linked, bool redirected)
    {
        string tag = linked ?? Header(response, "ETag") ?? throw new HuggingFaceHubException(
            $"{response.RequestMessage?.RequestUri?.Host} says nothing of the identity of {file} (no ETag); " +
            "HF_ENDPOINT must be the Hub or a mirror of it", HttpStatusCode.OK);
        if (tag.StartsWith("W/", StringComparison.Ordinal)) tag = tag[2..];
        long? length = long.TryParse(Header(response, "X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            ? size
            : redirected ? null : response.Content.Headers.ContentLength;
        return new HuggingFaceHubFile(file, commit, tag.Trim('"'), length);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.UserAgent.Add(
            new ProductInfoHeaderValue("WiseFt", typeof(HuggingFaceHubRequests).Assembly.GetName().Version?.ToString()));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        if (_options.Token is { } token && IsEndpoint(address))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(_options.Timeout);
        try
        {
            HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token)
                .ConfigureAwait(false);
            _reached = true;
            return response;
        }
        catch (HttpRequestException e)
        {
            throw new HuggingFaceHubException($"{address.Host} cannot be reached ({e.Message})", innerException: e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new HuggingFaceHubException(
                $"{address.Host} did not answer within {_options.Timeout.TotalSeconds} seconds", innerException: e);
        }
    }

    // Whoever the Hub redirects to gets no token; nor does anybody listening on the way.
    private bool IsEndpoint(Uri address) =>
        Uri.Compare(address, _options.Endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
        && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback);

    private static Uri? Redirect(HttpResponseMessage response, Uri address)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return null;
        var next = new Uri(address, location);
        if (next.Scheme != Uri.UriSchemeHttps && next.Scheme != address.Scheme)
            throw new HuggingFaceHubException(
                $"{address.Host} redirects to {next.Scheme}://{next.Host}; expected https", response.StatusCode);
        return next;
    }

    private static bool IsMissingFile(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotFound && Header(response, "X-Error-Code") is null or "EntryNotFound";

    private HuggingFaceHubException Refusal(HttpResponseMessage response, Uri address)
    {
        string token = _options.Token is null
            ? "no token is set: set HF_TOKEN to one that may read it"
            : "the token in HF_TOKEN may not read it";
        string what = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized =>
                $"there is no such public model (401): the name is wrong, or the model is private or gated and {token}",
            HttpStatusCode.Forbidden => $"access is refused (403): accept the model's terms on its page; {token}",
            HttpStatusCode.NotFound =>
                $"there is no such {(Header(response, "X-Error-Code") == "RevisionNotFound" ? "revision" : "model or file")} (404): " +
                "check the name",
            HttpStatusCode.TooManyRequests => "the server is answering too many requests (429)",
            var status => $"the server answers {(int)status} {response.ReasonPhrase}",
        };
        RetryConditionHeaderValue? retry = response.Headers.RetryAfter;
        TimeSpan? after = retry?.Delta ?? (retry?.Date is { } date ? Longer(date - DateTimeOffset.UtcNow, TimeSpan.Zero) : null);
        return new HuggingFaceHubException($"{address.GetLeftPart(UriPartial.Path)}: {what}", response.StatusCode) { RetryAfter = after };
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>The system's proxy, which a mirror on this machine is not reached through.</summary>
    private sealed class RemoteProxy : IWebProxy
    {
        public ICredentials? Credentials { get => HttpClient.DefaultProxy.Credentials; set => HttpClient.DefaultProxy.Credentials = value; }

        public Uri? GetProxy(Uri destination) => HttpClient.DefaultProxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
    }
}
