using System.IO.Hashing;
using WiseFt.Files;
using WiseFt.Tensors;

namespace WiseFt.ML;

/// <summary>Content with its checksum behind it: what a saved model's streams are,
/// since ZIP readers of .NET do not compare theirs.</summary>
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

    /// <summary>Reads content whose checksum is right, in one pass.</summary>
    /// <param name="stream">A stream at the first byte that <see cref="Write"/> wrote.</param>
    /// <param name="length">How many bytes it wrote, with the checksum.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="read">Gets the content and its length. It may see damaged content, since the checksum is known at the end only.</param>
    /// <exception cref="CheckpointException">The checksum differs: bits have changed, or the end is missing.</exception>
    public static T Read<T>(Stream stream, long length, string name, Func<Stream, long, T> read)
    {
        using var content = new HashedContent(stream, length - ChecksumLength);
        T result;
        try
        {
            result = read(content, Math.Max(0, length - ChecksumLength));
        }
        catch when (!content.HasRightChecksum())
        {
            // What could not be read says less than that it is damaged.
            throw Damaged(name);
        }
        bool isRight = false;
        try
        {
            isRight = content.HasRightChecksum();
        }
        finally
        {
            if (!isRight) (result as IDisposable)?.Dispose();
        }
        return isRight ? result : throw Damaged(name);
    }

    private static CheckpointException Damaged(string name) => new(
        $"{name} in the saved model does not have the checksum it was saved with: the file is damaged. " +
        "Copy it again, or save the model again.");

    /// <summary>The content of a stream that goes on after it, hashed while it is read.</summary>
    private sealed class HashedContent(Stream inner, long length) : Stream, IScatterReader
    {
        private readonly XxHash128 _hash = new();
        private long _rest = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length { get; } = length;

        public override long Position { get => Length - _rest; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (_rest <= 0) return 0;
            int count = inner.Read(buffer[..(int)Math.Min(Math.Min(buffer.Length, TensorBytes.PieceLength), _rest)]);
            _hash.Append(buffer[..count]);
            _rest -= count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public void ReadExactly(IReadOnlyList<Memory<byte>> buffers, Action<int, Memory<byte>> look)
        {
            if (inner is FileSection section) ReadInParallel(section, buffers, look);
            else
                foreach (var (i, buffer) in buffers.Index())
                {
                    ReadExactly(buffer.Span);
                    look(i, buffer);
                }
        }

        /// <summary>Reads what is left, and compares.</summary>
        public bool HasRightChecksum()
        {
            byte[] buffer = new byte[1 << 16];
            while (Read(buffer.AsSpan()) > 0) { }
            Span<byte> found = stackalloc byte[ChecksumLength], expected = stackalloc byte[ChecksumLength];
            if (_rest != 0 || inner.ReadAtLeast(found, ChecksumLength, throwOnEndOfStream: false) < ChecksumLength) return false;
            _hash.GetCurrentHash(expected);
            return found.SequenceEqual(expected);
        }

        /// <summary>Reads on all processors, and hashes each part after the one before it, as soon as both are there.</summary>
        private void ReadInParallel(FileSection section, IReadOnlyList<Memory<byte>> buffers, Action<int, Memory<byte>> look)
        {
            (long Position, int Buffer, Memory<byte> Memory)[] parts = [.. Parts(section.Position, buffers)];
            long count = parts.Sum(p => (long)p.Memory.Length);
            if (count > _rest) throw new EndOfStreamException();
            bool[] isRead = new bool[parts.Length];
            int hashed = 0;
            var hashing = new Lock();
            ParallelReading.ForEach(Enumerable.Range(0, parts.Length), i =>
            {
                section.ReadExactlyAt(parts[i].Position, parts[i].Memory.Span);
                look(parts[i].Buffer, parts[i].Memory);
                Volatile.Write(ref isRead[i], true);
                if (!hashing.TryEnter()) return;
                try
                {
                    HashWhatIsRead();
                }
                finally
                {
                    hashing.Exit();
                }
            });
            HashWhatIsRead();
            section.Position += count;
            _rest -= count;

            void HashWhatIsRead()
            {
                for (; hashed < parts.Length && Volatile.Read(ref isRead[hashed]); hashed++) _hash.Append(parts[hashed].Memory.Span);
            }
        }

        private static IEnumerable<(long Position, int Buffer, Memory<byte> Memory)> Parts(
            long position, IReadOnlyList<Memory<byte>> buffers)
        {
            foreach (var (i, buffer) in buffers.Index())
                foreach (Memory<byte> part in TensorBytes.InPieces(buffer))
                {
                    yield return (position, i, part);
                    position += part.Length;
                }
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
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
