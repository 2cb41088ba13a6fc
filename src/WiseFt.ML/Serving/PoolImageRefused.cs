namespace WiseFt.ML;

/// <summary>The bytes are no image that can be read, or the image is too large. A web server answers 400.</summary>
/// <param name="Reason">What is wrong with it.</param>
public sealed record PoolImageRefused(string Reason) : PoolResult;
