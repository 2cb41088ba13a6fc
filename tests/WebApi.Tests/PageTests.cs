using System.Text.RegularExpressions;

namespace WiseFt.WebApi.Tests;

/// <summary>The page as it is served. What it does with a browser's events is seen in a browser alone.</summary>
public sealed partial class PageTests(RunningService service) : IClassFixture<RunningService>
{
    [Theory]
    [InlineData("""<html lang="en">""")]
    [InlineData("""<meta name="viewport" content="width=device-width, initial-scale=1">""")]
    [InlineData("""<input id="file" type="file" accept="image/*">""")]
    [InlineData("""<input id="alpha" type="range" min="0" max="1" step="0.1" """)]
    [InlineData("""<label for="alpha">""")]
    [InlineData("""role="status" aria-live="polite">""")]
    [InlineData("""<button id="again" type="button" hidden>""")]
    [InlineData("picture.alt = ")]
    [InlineData("prefers-color-scheme: dark")]
    [InlineData("prefers-reduced-motion")]
    [InlineData("focus-visible")]
    [InlineData("addEventListener('paste'")]
    [InlineData("'dragenter', 'dragover', 'dragleave', 'drop'")]
    [InlineData("The picture is too large")]
    [InlineData("The service cannot read this picture")]
    [InlineData("The service is busy")]
    [InlineData("The service cannot be reached")]
    public async Task Page_Has(string part) => (await Page()).Should().Contain(part);

    [Fact]
    public async Task Page_TakesNothingFromElsewhere()
    {
        string page = await Page();

        page.Should().Contain("default-src 'none'").And.NotContain("://").And.NotContain("<script src").And.NotContain("<link rel=\"style");
    }

    [Fact]
    public async Task Page_LabelsEachIdOnceAndScriptsOnlyThose()
    {
        string page = await Page();
        string[] ids = [.. Id().Matches(page).Select(m => m.Groups[1].Value)];

        ids.Should().OnlyHaveUniqueItems();
        ids.Should().Contain(ById().Matches(page).Select(m => m.Groups[1].Value).Distinct());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Page_InBothThemes_HasEnoughContrast(bool dark)
    {
        Dictionary<string, string> colours = Colours((await Page()).Split("prefers-color-scheme: dark")[dark ? 1 : 0]);
        const double Text = 4.5, Shape = 3; // WCAG 2.2, 1.4.3 and 1.4.11

        foreach (string word in (string[])["text", "muted", "accent", "error"])
            foreach (string ground in (string[])["page", "card"])
                Contrast(colours[word], colours[ground]).Should().BeGreaterThan(Text, $"{word} on {ground}");
        Contrast(colours["edge"], colours["card"]).Should().BeGreaterThan(Shape);
        Contrast(colours["accent"], colours["track"]).Should().BeGreaterThan(Shape);
    }

    private static Dictionary<string, string> Colours(string style) =>
        Colour().Matches(style).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

    private static double Contrast(string one, string other)
    {
        double[] two = [.. new[] { Luminance(one), Luminance(other) }.Order()];
        return (two[1] + 0.05) / (two[0] + 0.05);
    }

    private static double Luminance(string colour)
    {
        double[] linear = [.. Convert.FromHexString(colour).Select(value => value / 255.0)
            .Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    }

    private Task<string> Page() => service.Client.GetStringAsync("/");

    [GeneratedRegex("\\sid=\"(\\w+)\"")]
    private static partial Regex Id();

    [GeneratedRegex(@"byId\('(\w+)'\)")]
    private static partial Regex ById();

    [GeneratedRegex("--(\\w+): #([0-9a-f]{6});")]
    private static partial Regex Colour();
}
