namespace WiseFt;

/// <summary>What happens to a prompt before it is split into words (open_clip's <c>clean='lower'</c>, OpenAI's <c>basic_clean</c> and <c>whitespace_clean</c>).</summary>
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
