using System.Globalization;
using System.Text.Json;
using WiseFt.Text;

namespace WiseFt.Tests;

/// <summary>Parity with the reference (tests/Fixtures/scripts/make.py, repaired_texts.py beside this file): exact.</summary>
public sealed class TokenizerFixtureTests
{
    [Theory]
    [InlineData("")]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void EncodeIds_EveryFixtureLine_IsExactInEveryCulture(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            var wrong = new List<string>();
            int count = 0;
            foreach (JsonElement line in Lines(Fixtures.Path("tokenizer.jsonl")))
            {
                string text = line.GetProperty("text").GetString()!;
                int[] expected = [.. line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
                if (!ClipTokenizer.Default.EncodeIds(text).SequenceEqual(expected)) wrong.Add(text);
                count++;
            }
            wrong.Should().BeEmpty();
            count.Should().Be(295);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Repair_EveryBrokenText_IsWhatFtfyMakesOfIt()
    {
        foreach (JsonElement line in Lines(BrokenTexts))
        {
            string text = line.GetProperty("text").GetString()!;
            TextRepair.Repair(text).Should().Be(line.GetProperty("repaired").GetString(), "of {0}", line.GetRawText());
        }
    }

    [Fact]
    public void Clean_EveryBrokenText_IsWhatTheReferenceMakesOfIt()
    {
        foreach (JsonElement line in Lines(BrokenTexts))
        {
            string text = line.GetProperty("text").GetString()!;
            ClipTokenizer.Cleaned(text).Should().Be(line.GetProperty("clean").GetString(), "of {0}", line.GetRawText());
        }
    }

    [Theory]
    [InlineData("a diagram", "49406 320 22697 49407")]
    [InlineData("a photo of a tench.", "49406 320 1125 539 320 1149 634 269 49407")]
    [InlineData("a photo of the hard to see great white shark.", "49406 320 1125 539 518 1626 531 862 830 1579 7980 269 49407")]
    [InlineData("itap of my kite (bird of prey).", "49406 529 2728 539 607 19867 263 3329 539 17131 1818 49407")]
    [InlineData("a photo of a chef's hat 123.", "49406 320 1125 539 320 4895 568 3801 272 273 274 269 49407")]
    public void EncodeIds_PublishedPrompt_GivesThePublishedIds(string text, string expected)
    {
        int[] ids = ClipTokenizer.Default.EncodeIds(text);
        string.Join(' ', ids.TakeWhile(id => id != 49407).Append(49407)).Should().Be(expected);
        ids.Should().HaveCount(77);
        ids.SkipWhile(id => id != 49407).Skip(1).Should().OnlyContain(id => id == 0);
    }

    private static string BrokenTexts =>
        Path.Combine(Fixtures.RepositoryRoot, "tests", "WiseFt.Tests", "Tokenization", "repaired-texts.jsonl");

    private static IEnumerable<JsonElement> Lines(string path) => File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement);
}
