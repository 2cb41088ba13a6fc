namespace WiseFt.Fuzzing;

/// <summary>One reader of files that others made.</summary>
/// <param name="Name">What it is called on the command line and in docs/reliability.md.</param>
/// <param name="Reads">What is read, for people.</param>
/// <param name="Seeds">Whole files to begin with; made anew at each call.</param>
/// <param name="Read">Reads the content as users do, into the given empty folder if it takes a file.</param>
/// <param name="Refusals">The exceptions that say that the content is no good. Everything else is a bug.</param>
internal sealed record FuzzTarget(
    string Name, string Reads, Func<IReadOnlyList<byte[]>> Seeds, Action<byte[], string> Read, params Type[] Refusals)
{
    /// <summary>Bytes that a reader may take whatever the file's size,
    /// such as the pixels of the largest image it is told to accept.</summary>
    public long Allowance { get; init; } = 8L << 20;

    /// <summary>Makes checksums right again, without which a reader looks no further; done to half of the mutations.</summary>
    public Func<byte[], byte[]>? Repair { get; init; }

    /// <summary>Words of the format, which the mutator puts in.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Reads content; a refusal is no failure.</summary>
    /// <returns>Whether it was read.</returns>
    public bool TryRead(byte[] content, string folder)
    {
        try
        {
            Read(content, folder);
            return true;
        }
        catch (Exception e) when (Refusals.Any(r => r.IsInstanceOfType(e)))
        {
            return false;
        }
    }
}
