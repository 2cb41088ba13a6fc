using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace WiseFt.Tests;

/// <summary>A request as the server saw it.</summary>
internal sealed record HubRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Range => Headers.GetValueOrDefault("range");
}

/// <summary>An answer: status, headers, and a body that may be cut off.</summary>
internal sealed record HubAnswer(int Status)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>After how many bytes of the body the connection breaks; null lets it end well.</summary>
    public int? BreakAfter { get; init; }
}

/// <summary>A Hub on this machine, one connection a request, that also behaves badly when told to.</summary>
internal sealed class LoopbackHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _loop;

    public LoopbackHub()
    {
        _listener.Start();
        _loop = Task.Run(AcceptAsync);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public ConcurrentQueue<HubRequest> Requests { get; } = [];

    /// <summary>Asked before each request is answered as usual; null leaves it to that.</summary>
    public Func<HubRequest, HubAnswer?> Misbehave { get; set; } = _ => null;

    /// <summary>Whether large files lie on another server, as on the Hub: those that end so.</summary>
    public string? RedirectedSuffix { get; init; }

    public LoopbackHub With(string file, byte[] content)
    {
        _files[file] = content;
        return this;
    }

    public LoopbackHub With(string file, string content) => With(file, Encoding.UTF8.GetBytes(content));

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

#pragma warning disable CA5350 // git's choice
    public static string GitSha1(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350

    public void Dispose()
    {
        _closing.Cancel();
        _loop.GetAwaiter().GetResult();
        _listener.Stop();
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_closing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            _ = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            if (await reader.ReadLineAsync() is not { Length: > 0 } line) return;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync() is { Length: > 0 } header)
                headers[header[..header.IndexOf(':')]] = header[(header.IndexOf(':') + 1)..].Trim();
            string[] parts = line.Split(' ');
            var request = new HubRequest(parts[0], parts[1], headers);
            Requests.Enqueue(request);
            await SendAsync(client, stream, request, Misbehave(request) ?? Answer(request));
        }
    }

    private static async Task SendAsync(TcpClient client, NetworkStream stream, HubRequest request, HubAnswer answer)
    {
        var head = new StringBuilder(
            string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Answer\r\nConnection: close\r\n"));
        if (!answer.Headers.ContainsKey("Content-Length"))
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {answer.Body.Length}\r\n");
        foreach (var (name, value) in answer.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        if (request.Method != "HEAD") await stream.WriteAsync(answer.Body.AsMemory(0, answer.BreakAfter ?? answer.Body.Length));
        await stream.FlushAsync();
        client.Client.Shutdown(SocketShutdown.Send);
    }

    private HubAnswer Answer(HubRequest request)
    {
        bool elsewhere = request.Path.StartsWith("/elsewhere/", StringComparison.Ordinal);
        string file = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        if (!elsewhere && !request.Path.StartsWith("/openai/clip/resolve/", StringComparison.Ordinal)
            || !_files.TryGetValue(file, out byte[]? content))
            return new HubAnswer(404) { Headers = { ["X-Error-Code"] = "EntryNotFound", ["X-Repo-Commit"] = Commit } };
        if (!elsewhere && RedirectedSuffix is not null && file.EndsWith(RedirectedSuffix, StringComparison.Ordinal))
            return new HubAnswer(302)
            {
                Headers =
                {
                    ["Location"] = $"http://localhost:{Address.Port}/elsewhere/{file}", ["X-Repo-Commit"] = Commit,
                    ["X-Linked-Etag"] = $"\"{Sha256(content)}\"",
                    ["X-Linked-Size"] = content.Length.ToString(CultureInfo.InvariantCulture),
                    ["ETag"] = "\"pointer\"",
                },
            };
        var answer = new HubAnswer(200) { Body = content, Headers = { ["ETag"] = $"\"{GitSha1(content)}\"", ["X-Repo-Commit"] = Commit } };
        if (request.Range is not { } range) return request.Method == "HEAD" ? answer with
        {
            Headers = new(answer.Headers) { ["Content-Length"] = content.Length.ToString(CultureInfo.InvariantCulture) },
        } : answer;
        int from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        return from >= content.Length
            ? new HubAnswer(416)
            : new HubAnswer(206)
            {
                Body = content[from..],
                Headers = { ["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}" },
            };
    }
}
