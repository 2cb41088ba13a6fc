namespace WiseFt.ML;

/// <summary>What tells one version of a file from another.</summary>
/// <param name="Path">Where it really lies.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Written">When it was last written, UTC.</param>
internal sealed record FileState(string Path, long Length, DateTime Written);
