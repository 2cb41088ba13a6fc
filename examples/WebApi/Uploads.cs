namespace WebApi;

/// <summary>Reads uploaded images: a form with files, or a body that is one file.</summary>
internal static class Uploads
{
    /// <summary>The one image of a request.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadOneAsync(HttpContext http) => (await ReadAsync(http, 1))[0].Bytes;

    /// <summary>All images of a request with the names that the caller gave them.</summary>
    /// <exception cref="BadHttpRequestException">There are none, or more than allowed.</exception>
    public static async Task<List<(string Name, ReadOnlyMemory<byte> Bytes)>> ReadAsync(HttpContext http, int atMost)
    {
        CancellationToken cancel = http.RequestAborted;
        if (!http.Request.HasFormContentType) return [("body", await ReadAsync(http.Request.Body, cancel))];
        IFormFileCollection files = (await http.Request.ReadFormAsync(cancel)).Files;
        if (files.Count == 0 || files.Count > atMost)
            throw new BadHttpRequestException($"The form has {files.Count} files; expected 1 to {atMost}.", files.Count == 0 ? 400 : 413);
        List<(string, ReadOnlyMemory<byte>)> read = [];
        foreach (IFormFile file in files)
        {
            await using Stream stream = file.OpenReadStream();
            read.Add((file.FileName, await ReadAsync(stream, cancel)));
        }
        return read;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancel);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
