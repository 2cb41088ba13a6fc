using Microsoft.Extensions.Logging;

namespace WiseFt.ML;

/// <summary>What the pool logs.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(1, LogLevel.Information, "Serving {Path}: {Classes} classes at alpha {Alpha}.")]
    public static partial void Serving(this ILogger logger, string path, int classes, double alpha);

    [LoggerMessage(2, LogLevel.Error, "{Path} has changed and cannot be loaded; the model before it goes on serving.")]
    public static partial void ReloadFailed(this ILogger logger, Exception error, string path);

    [LoggerMessage(3, LogLevel.Information, "Alpha is now {Alpha}; it was {Before}.")]
    public static partial void AlphaChanged(this ILogger logger, double before, double alpha);

    [LoggerMessage(4, LogLevel.Error, "A batch of {Images} images failed.")]
    public static partial void BatchFailed(this ILogger logger, Exception error, int images);

    [LoggerMessage(5, LogLevel.Error, "An image failed while it was decoded.")]
    public static partial void DecodingFailed(this ILogger logger, Exception error);

    [LoggerMessage(6, LogLevel.Debug, "Turned away {Images} images: {Reason}")]
    public static partial void TurnedAway(this ILogger logger, int images, string reason);

    [LoggerMessage(7, LogLevel.Debug, "Refused an image: {Reason}")]
    public static partial void Refused(this ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Error, "An explanation failed.")]
    public static partial void ExplainingFailed(this ILogger logger, Exception error);
}
