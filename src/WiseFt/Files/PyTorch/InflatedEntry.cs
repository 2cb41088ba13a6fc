using System.IO.Compression;

namespace WiseFt.Files;

/// <summary>The inflated bytes of a compressed part of a file: exactly as many as were declared, or a refusal.</summary>
internal sealed class InflatedEntry : IDisposable
{
    private readonly string _name;
    private readonly DeflateStream _stream;
    private long _left;

    /// <summary>Prepares to inflate a range of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">What to call the range in messages.</param>
    /// <param name="offset">Its first byte.</param>
    /// <param name="storedLength">How many bytes it takes in the file.</param>
    /// <param name="length">How many bytes it is declared to become.</param>
    public InflatedEntry(ArchiveFile file, string name, long offset, long storedLength, long length)
    {
        _name = $"{file.Path}: entry '{name}' of {length} bytes";
        _stream = new DeflateStream(new FilePart(file, offset, storedLength), CompressionMode.Decompress);
        _left = length;
    }

    /// <summary>All bytes; memory grows with what is really there, not with what is declared.</summary>
    public byte[] ReadAll()
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        while (_left > 0)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, _left));
            Fill(part);
            all.Write(part);
        }
        return all.ToArray();
    }

    /// <summary>Fills the destination with the next bytes.</summary>
    /// <exception cref="CheckpointException">There are fewer or more than declared, or they are no deflated data.</exception>
    public void Fill(Span<byte> destination)
    {
        try
        {
            if (_stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
                throw Damaged("fewer bytes than declared");
            _left -= destination.Length;
            if (_left == 0 && _stream.ReadByte() >= 0) throw Damaged("more bytes than declared");
        }
        catch (InvalidDataException e)
        {
            throw Damaged("no deflated data", e);
        }
    }

    public void Dispose() => _stream.Dispose();

    private CheckpointException Damaged(string what, Exception? inner = null) =>
        new($"{_name} holds {what}. The file is damaged; fetch it again.", inner);

    /// <summary>A forward-only stream over a range of the file.</summary>
    private sealed class FilePart(ArchiveFile file, long offset, long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int count = (int)Math.Min(buffer.Length, length - _position);
            file.Read(offset + _position, buffer[..count]);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
