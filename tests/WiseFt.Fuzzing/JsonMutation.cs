using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Fuzzing;

/// <summary>Replaces or removes one value of a JSON text, or of one line of it, so that it stays JSON.</summary>
internal static class JsonMutation
{
    private static readonly string[] _values = [
        "null", "-1", "0", "1", "3", "2147483647", "99999999999", "1e308", "0.5", "true", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"",
        "[]", "{}", "[null]", "[1,2,3]"];

    /// <summary>The changed text; the text itself where it is no JSON.</summary>
    public static byte[] Apply(byte[] content, Random random)
    {
        if (content.Length == 0 || content[0] is not ((byte)'{' or (byte)'[')) return content;
        string text = Encoding.UTF8.GetString(content);
        if (Parse(text) is { } whole) return Encoding.UTF8.GetBytes(Change(whole, random));
        string[] lines = text.Split('\n');
        int at = random.Next(lines.Length);
        if (Parse(lines[at]) is not { } line) return content;
        lines[at] = Change(line, random);
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static string Change(JsonNode root, Random random)
    {
        JsonNode[] containers = [.. Containers(root)];
        string value = _values[random.Next(_values.Length)], mark = "\"wiseft-here\"";
        switch (containers[random.Next(containers.Length)])
        {
            case JsonObject { Count: > 0 } node:
                string key = node.ElementAt(random.Next(node.Count)).Key;
                if (random.Next(4) == 0) node.Remove(key);
                else node[key] = JsonNode.Parse(mark);
                break;
            case JsonArray node when node.Count > 0 && random.Next(3) > 0:
                node[random.Next(node.Count)] = JsonNode.Parse(mark);
                break;
            case JsonArray node:
                node.Add(JsonNode.Parse(mark));
                break;
        }
        return root.ToJsonString().Replace(mark, value, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Containers(JsonNode node) => node switch
    {
        JsonObject o => o.Select(p => p.Value).OfType<JsonNode>().SelectMany(Containers).Prepend(node),
        JsonArray a => a.OfType<JsonNode>().SelectMany(Containers).Prepend(node),
        _ => [],
    };

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject or JsonArray ? JsonNode.Parse(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
