using System.Net;

namespace WiseFt.Files;

/// <summary>Brings one file into the cache: resumed where an earlier transfer broke off, checked,
/// and then under its final name at once.</summary>
internal sealed class HuggingFaceHubDownload(
    HuggingFaceHubRequests requests, HuggingFaceHubOptions options, HuggingFaceHubFile file, Uri address,
    IProgress<HuggingFaceHubProgress>? progress)
{
    private const int BufferLength = 1 << 17;
    private const int ProgressStep = 1 << 20;

    /// <summary>A transfer that makes little progress each time ends nevertheless.</summary>
    private const int MaximumConnections = 200;

    private readonly long _limit = HuggingFaceHubFiles.MaximumLength(file.Name);

    /// <summary>Fetches the file.</summary>
    /// <param name="blob">The final path; <c>.incomplete</c> is added until the content is whole.</param>
    /// <param name="cancel">Breaks the transfer off; what has arrived is kept for the next time.</param>
    /// <exception cref="HuggingFaceHubException">The server gives up, or sends something other than it announced.</exception>
    public async Task FetchAsync(string blob, CancellationToken cancel)
    {
        if (file.Length > _limit) throw TooLong($"{file.Length} bytes");
        string incomplete = blob + ".incomplete";
        bool resumed = File.Exists(incomplete) && new FileInfo(incomplete).Length > 0;
        await ReceiveAsync(incomplete, cancel).ConfigureAwait(false);
        string? problem = file.Problem(incomplete);
        if (problem is not null && resumed)
        {
            // The beginning may have been another program's, or another version's.
            File.Delete(incomplete);
            await ReceiveAsync(incomplete, cancel).ConfigureAwait(false);
            problem = file.Problem(incomplete);
        }
        if (problem is not null)
        {
            File.Delete(incomplete);
            throw new HuggingFaceHubException($"{file.Name} arrived damaged: {problem}", HttpStatusCode.OK);
        }
        File.Move(incomplete, blob, overwrite: true);
    }

    private async Task ReceiveAsync(string incomplete, CancellationToken cancel)
    {
        using var stream = new FileStream(incomplete, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferLength);
        if (file.Length is { } length && stream.Length > length) stream.SetLength(0);
        int failures = 0;
        for (int connections = 0; connections < MaximumConnections; connections++)
        {
            long before = stream.Length;
            try
            {
                if (await ReceiveOnceAsync(stream, cancel).ConfigureAwait(false))
                {
                    stream.Flush(flushToDisk: true);
                    return;
                }
            }
            catch (HuggingFaceHubException e) when (e.IsOutage)
            {
                failures = stream.Length > before ? 1 : failures + 1;
                if (failures >= options.Attempts) throw;
                await requests.PauseAsync(e, failures, cancel).ConfigureAwait(false);
            }
        }
        throw new HuggingFaceHubException($"{address.Host} broke off {MaximumConnections} times");
    }

    /// <summary>Whether the file is whole after one connection.</summary>
    private async Task<bool> ReceiveOnceAsync(FileStream stream, CancellationToken cancel)
    {
        if (file.Length is { } length && stream.Length == length) return true;
        using HttpResponseMessage response = await requests.OpenAsync(address, stream.Length, cancel).ConfigureAwait(false);
        bool continues = response.StatusCode == HttpStatusCode.PartialContent
            && response.Content.Headers.ContentRange?.From == stream.Length;
        if (!continues && response.StatusCode != HttpStatusCode.OK)
        {
            // A range beyond the end, or another than was asked for: begin again.
            if (stream.Length == 0)
                throw new HuggingFaceHubException(
                    $"{address.Host} answers {(int)response.StatusCode} to a request for all of {file.Name}", response.StatusCode);
            stream.SetLength(0);
            return false;
        }
        if (!continues) stream.SetLength(0);
        stream.Position = stream.Length;
        long? total = file.Length ?? response.Content.Headers.ContentRange?.Length ?? response.Content.Headers.ContentLength;
        await CopyAsync(response, stream, total, cancel).ConfigureAwait(false);
        if (total is { } expected && stream.Length != expected)
            throw new HuggingFaceHubException($"{address.Host} broke off {file.Name} after {stream.Length} of {expected} bytes");
        return true;
    }

    private async Task CopyAsync(HttpResponseMessage response, FileStream stream, long? total, CancellationToken cancel)
    {
        byte[] buffer = new byte[BufferLength];
        long reported = stream.Length;
        progress?.Report(new HuggingFaceHubProgress(file.Name, stream.Length, total));
        using Stream content = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        try
        {
            for (int read; (read = await ReadAsync(content, buffer, stream.Position, cancel).ConfigureAwait(false)) > 0;)
            {
                if (stream.Position + read > _limit) throw TooLong("more bytes");
                if (total is { } limit && stream.Position + read > limit)
                    throw new HuggingFaceHubException(
                        $"{address.Host} sends more than the {limit} bytes of {file.Name} that it announced", HttpStatusCode.OK);
                stream.Write(buffer, 0, read);
                if (stream.Position - reported < ProgressStep) continue;
                reported = stream.Position;
                progress?.Report(new HuggingFaceHubProgress(file.Name, reported, total));
            }
        }
        finally
        {
            stream.Flush();
        }
        progress?.Report(new HuggingFaceHubProgress(file.Name, stream.Length, total));
    }

    private HuggingFaceHubException TooLong(string found) => new(
        $"{address.Host} has {found} for {file.Name}, of which at most {_limit} are fetched: a model's weights may have 64 GiB a file, " +
        "its configuration and vocabulary 64 MiB", HttpStatusCode.OK);

    private async Task<int> ReadAsync(Stream content, byte[] buffer, long position, CancellationToken cancel)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(options.Timeout);
        try
        {
            return await content.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw new HuggingFaceHubException(
                $"{address.Host} broke off {file.Name} after {position} bytes ({e.Message})", innerException: e);
        }
    }
}
