using WiseFt.Explanation;
using WiseFt.ML;

namespace WebApi;

/// <summary>Which part of an image a class needs, as numbers and as a picture.</summary>
internal static class Explanations
{
    /// <summary>Explains the class that is asked, or the most probable.</summary>
    /// <param name="http">The request with one image.</param>
    /// <param name="models">The pool.</param>
    /// <param name="class">One of the model's classes; null for the most probable.</param>
    public static async Task<IResult> AnswerAsync(HttpContext http, WiseFtPool models, string? @class = null)
    {
        if (@class is not null && !models.ClassNames.Contains(@class))
            return Results.Problem($"'{@class}' is no class of the model.", statusCode: 400);
        PoolResult result = await models.ExplainAsync(await Uploads.ReadOneAsync(http), @class, cancel: http.RequestAborted);
        return result is PoolExplanation explained ? Results.Ok(Explained.Of(explained)) : Answers.Of(http, result);
    }
}

/// <summary>An explanation for JSON.</summary>
/// <param name="Label">The class.</param>
/// <param name="Probability">Its probability for the picture as it is.</param>
/// <param name="Alpha">The mixing coefficient that was asked.</param>
/// <param name="Rows">Rows of the map over the square that the model sees, and as many columns.</param>
/// <param name="Drops">By how much the probability drops where a cell is covered, row by row.</param>
/// <param name="Image">The map over the picture, a PNG in base64.</param>
internal sealed record Explained(string Label, float Probability, double Alpha, int Rows, IReadOnlyList<float> Drops, byte[] Image)
{
    /// <summary>What the pool found.</summary>
    public static Explained Of(PoolExplanation found)
    {
        OcclusionMap map = found.Map;
        return new Explained(map.ClassName, map.Probability, found.Alpha, map.Rows, map.Drops, map.ToPng());
    }
}
