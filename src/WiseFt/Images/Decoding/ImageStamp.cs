namespace WiseFt.Images;

/// <summary>What tells cheaply whether a file is still the same: its length and when it was written.</summary>
/// <param name="Length">Bytes of the file, or of an image in memory.</param>
/// <param name="Written">When the file was written, in UTC; the default for an image in memory.</param>
internal readonly record struct ImageStamp(long Length, DateTime Written)
{
    /// <summary>A file's; links are followed. Null where no file can be looked at.</summary>
    public static ImageStamp? Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null) file = (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
            return file.Exists ? new ImageStamp(file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // who decodes the image says what is wrong with it
        }
    }

    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant($"{Length:N0} bytes of {Written:yyyy-MM-dd HH:mm:ss.fff} UTC");
}
