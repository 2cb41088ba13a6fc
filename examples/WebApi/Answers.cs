using System.Globalization;
using WiseFt.ML;

namespace WebApi;

/// <summary>What the service answers.</summary>
internal static class Answers
{
    /// <summary>A result, or a problem with its status.</summary>
    public static IResult Of(HttpContext http, PoolResult result)
    {
        if (result is PoolUnavailable unavailable) RetryAfter(http.Response, unavailable.RetryAfter);
        return result switch
        {
            PoolUnavailable full => Results.Problem(full.Reason, statusCode: 503),
            PoolImageRefused refused => Results.Problem(refused.Reason, statusCode: 400),
            _ => Results.Ok((object)result),
        };
    }

    /// <summary>The status for an error.</summary>
    public static int StatusOf(Exception error) =>
        error switch { BadHttpRequestException bad => bad.StatusCode, InvalidDataException => 400, _ => 500 };

    /// <summary>Says when to come again.</summary>
    public static void RetryAfter(HttpResponse response, TimeSpan time) =>
        response.Headers.RetryAfter = ((int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}

/// <summary>A mixing coefficient to serve from now on.</summary>
internal sealed record AlphaChange(double Alpha);

/// <summary>One of several images.</summary>
internal sealed record BatchItem(string Name, PoolPrediction? Prediction, string? Error);
