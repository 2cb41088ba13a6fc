namespace WiseFt.Text;

/// <summary>What happens to a text before it is split into words: OpenAI's <c>basic_clean</c>, <c>whitespace_clean</c> and lower case.</summary>
internal static class TextCleaning
{
    /// <summary>Repaired, HTML references resolved (twice, as the reference does: <c>&amp;amp;lt;</c>), white space collapsed, lower case.</summary>
    internal static string Clean(string text)
    {
        text = TextRepair.Repair(text);
        text = HtmlEntities.Unescape(HtmlEntities.Unescape(text));
        return PythonText.Lower(PythonText.CollapseWhiteSpace(text));
    }
}
