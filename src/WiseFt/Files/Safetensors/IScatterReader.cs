namespace WiseFt.Files;

/// <summary>A stream that can fill many buffers at once, faster than one after the other.</summary>
internal interface IScatterReader
{
    /// <summary>Fills the buffers, in their order, with the stream's next bytes.</summary>
    /// <exception cref="EndOfStreamException">The stream ends first.</exception>
    void ReadExactly(IReadOnlyList<Memory<byte>> buffers);
}
