using System.IO.Hashing;

namespace WiseFt.ML;

/// <summary>Content with its checksum behind it: what a saved model's streams are, since ZIP readers of .NET do not compare theirs.</summary>
internal static class ChecksummedStream
{
    private const int ChecksumLength = 16; // XXH128

    /// <summary>Writes content and its checksum.</summary>
    public static void Write(Stream stream, Action<Stream> write)
    {
        using var hashing = new HashingStream(stream);
        write(hashing);
        stream.Write(hashing.Hash.GetCurrentHash());
    }

    /// <summary>Reads content whose checksum is right.</summary>
    /// <param name="stream">A seekable stream that <see cref="Write"/> wrote.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="read">Gets the stream at the content's first byte, and the content's length.</param>
    /// <exception cref="CheckpointException">The checksum differs: bits have changed, or the end is missing.</exception>
    public static T Read<T>(Stream stream, string name, Func<Stream, long, T> read)
    {
        long start = stream.Position, length = stream.Length - start - ChecksumLength;
        if (length < 0 || !HasRightChecksum(stream, length))
            throw new CheckpointException($"{name} in the saved model does not have the checksum it was saved with: the file is damaged. Copy it again, or save the model again.");
        stream.Position = start;
        return read(stream, length);
    }

    private static bool HasRightChecksum(Stream stream, long length)
    {
        var hash = new XxHash128();
        byte[] buffer = new byte[1 << 20];
        for (long rest = length; rest > 0;)
        {
            int count = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, rest));
            if (count == 0) return false;
            hash.Append(buffer.AsSpan(0, count));
            rest -= count;
        }
        Span<byte> found = stackalloc byte[ChecksumLength], expected = stackalloc byte[ChecksumLength];
        stream.ReadExactly(found);
        hash.GetCurrentHash(expected);
        return found.SequenceEqual(expected);
    }

    private sealed class HashingStream(Stream inner) : Stream
    {
        public XxHash128 Hash { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Hash.Append(buffer);
            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
