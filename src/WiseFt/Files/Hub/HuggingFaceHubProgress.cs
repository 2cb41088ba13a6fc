namespace WiseFt.Files;

/// <summary>How far the transfer of one file is.</summary>
/// <param name="File">The file's name in the repository.</param>
/// <param name="Received">How many of its bytes are on disk, those of an earlier, interrupted transfer included.</param>
/// <param name="Total">How many it has, if the server says so.</param>
public sealed record HuggingFaceHubProgress(string File, long Received, long? Total);
