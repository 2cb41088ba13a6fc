using Microsoft.Win32.SafeHandles;

namespace WiseFt.ML;

/// <summary>Consecutive bytes of a file, read by position and so by any number of threads at once. The file stays its owner's.</summary>
internal sealed class FileSection(SafeFileHandle file, long offset, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int count = RandomAccess.Read(file, buffer[..(int)Math.Clamp(length - Position, 0, buffer.Length)], offset + Position);
        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Fills a buffer with the bytes at a place in the section,
    /// from any thread, and leaves <see cref="Position"/> as it is.</summary>
    /// <exception cref="EndOfStreamException">The section or the file ends first.</exception>
    public void ReadExactlyAt(long position, Span<byte> buffer)
    {
        if (position > length - buffer.Length) throw new EndOfStreamException();
        for (int done = 0, count; done < buffer.Length; done += count)
            if ((count = RandomAccess.Read(file, buffer[done..], offset + position + done)) == 0) throw new EndOfStreamException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
