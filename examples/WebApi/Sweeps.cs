using WiseFt;
using WiseFt.ML;

namespace WebApi;

/// <summary>One image at several mixing coefficients, for a page where visitors choose. What others are served stays as it is.</summary>
internal static class Sweeps
{
    private const int MostAlphas = 11, MostScores = 1000;

    /// <summary>The most probable classes at each alpha.</summary>
    /// <param name="http">The request with one image.</param>
    /// <param name="models">The pool.</param>
    /// <param name="alphas"><c>first:last:step</c>, or numbers separated by commas.</param>
    /// <param name="top">Classes at each alpha.</param>
    public static async Task<IResult> AnswerAsync(HttpContext http, WiseFtPool models, string alphas = "0:1:0.1", int top = 5)
    {
        if (!models.HasEndPoints)
            return Results.Problem("The model was saved with the mixture alone (KeepEndPoints = false); ask /predict.", statusCode: 409);
        if (top is not (>= 1 and <= MostScores)) return Refused($"top is {top}; expected 1 to {MostScores}.");
        if (!TryParse(alphas, out IReadOnlyList<double> asked, out string reason)) return Refused($"alphas: {reason}");
        PoolResult result = await models.SweepAsync(await Uploads.ReadOneAsync(http), asked, http.RequestAborted);
        return Answers.Of(http, result is PoolSweep sweep ? Cut(sweep, top) : result);
    }

    private static bool TryParse(string text, out IReadOnlyList<double> alphas, out string reason)
    {
        (alphas, reason) = ([], "");
        try
        {
            alphas = AlphaGrid.Parse(text);
            if (alphas.Count > MostAlphas) reason = $"'{text}' gives {alphas.Count} mixing coefficients; expected at most {MostAlphas}.";
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            reason = e.Message;
        }
        return reason.Length == 0;
    }

    private static PoolSweep Cut(PoolSweep sweep, int top) =>
        new([.. sweep.Predictions.Select(prediction => prediction with { Scores = [.. prediction.Scores.Take(top)] })]);

    private static IResult Refused(string reason) => Results.Problem(reason, statusCode: 400);
}
