using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Merging;

/// <summary>The JSON schema of recipes, draft 2020-12, by which editors complete and check them.</summary>
internal static class MergeRecipeSchema
{
    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Its text, of which docs/merge-recipe.schema.json is a copy.</summary>
    public static string Text()
    {
        var definitions = new JsonObject();
        JsonObject schema = MergeRecipeKeys.Shape.Schema(definitions);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "WiseFt merge recipe");
        schema["if"] = OfMethodsThatNeedABase();
        schema["then"] = new JsonObject { ["required"] = new JsonArray("base_model") };
        schema["$defs"] = definitions;
        return schema.ToJsonString(_indented) + "\n";
    }

    private static JsonObject OfMethodsThatNeedABase()
    {
        var names = new JsonArray([.. MergeMethodInfo.All.Where(m => m.Base == true).Select(m => (JsonNode)m.Name)]);
        return new JsonObject { ["properties"] = new JsonObject { ["merge_method"] = new JsonObject { ["enum"] = names } } };
    }
}
