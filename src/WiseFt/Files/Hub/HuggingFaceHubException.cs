using System.Net;
using System.Net.Http;

namespace WiseFt.Files;

/// <summary>Why a request to the Hub came to nothing; callers see it as the cause of a <see cref="CheckpointException"/>.</summary>
internal sealed class HuggingFaceHubException(string message, HttpStatusCode? status = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The server's answer, or null where there was none.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>How long the server asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether there was no way to the server at all: no such host, or nobody listens.</summary>
    public bool IsUnreachable => InnerException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError
        or HttpRequestError.ConnectionError
    };

    /// <summary>Whether the server could not be reached or is overloaded, so that a cached copy may stand in.</summary>
    public bool IsOutage => Status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
