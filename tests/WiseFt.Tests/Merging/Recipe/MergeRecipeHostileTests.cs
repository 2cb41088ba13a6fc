using System.Text;
using CsCheck;

namespace WiseFt.Tests;

/// <summary>Files that are no recipes end with a refusal, whatever they are.</summary>
public sealed class MergeRecipeHostileTests : IDisposable
{
    private const string Linear = "merge_method: linear\nmodels: [{model: a}]\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_OfAFileThatIsTooLong_IsRefusedBeforeItIsRead()
    {
        using (FileStream file = File.Create(_folder.At("model.yaml"))) file.SetLength(1L << 33);

        FluentActions.Invoking(() => MergeRecipe.Load(_folder.At("model.yaml"))).Should().Throw<MergeRecipeException>()
            .WithMessage("*model.yaml: it has 8589934592 bytes*").Which.Line.Should().Be(0);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, "*the text is UTF-16*")]
    [InlineData(new byte[] { (byte)'a', 0xE4, (byte)'b' }, "*not UTF-8 in line 1*")]
    public void Load_OfAnotherEncoding_IsRefused(byte[] bytes, string message) => FluentActions
        .Invoking(() => MergeRecipe.Load(_folder.Write("a.yaml", bytes).At("a.yaml"))).Should().Throw<MergeRecipeException>()
        .WithMessage(message);

    [Fact]
    public void Parse_OfALongText_IsRefused() => Refuses(Linear + new string('#', 1 << 20), "*1048576 at most*");

    [Theory]
    [InlineData("a.yaml", '[')]
    [InlineData("a.json", '[')]
    public void Parse_OfManyBrackets_IsRefused(string source, char bracket) =>
        Refuses(new string(bracket, 1_000_000), "*line 1, column 33: lists and keys are nested more than 32 deep*", source);

    [Fact]
    public void Parse_OfNestedLines_IsRefused() => Refuses(
        string.Concat(Enumerable.Range(0, 1000).Select(i => new string(' ', i) + "parameters:\n")), "*nested more than 32 deep*");

    [Fact]
    public void Parse_OfAliasesOfAliases_IsRefusedBeforeTheyAreWrittenOut()
    {
        var bomb = new StringBuilder("a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n");
        for (int i = 1; i < 30; i++) bomb.Append(null, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");

        Refuses(bomb.ToString(), "*line 6, column 5: there are more than 100000 values here, aliases written out*");
    }

    [Fact]
    public void Parse_OfAnAliasInItsOwnAnchor_IsRefused() =>
        Refuses("models: &m [*m]", "*line 1, column 13: the alias '?m' names no anchor '&m' that ends before it.*");

    [Fact]
    public void Parse_OfAMillionAliasesOfOneList_IsRefused() => Refuses(
        $"a: &a [{string.Join(',', Enumerable.Repeat("1", 50_000))}]\nb: [{string.Join(',', Enumerable.Repeat("*a", 200_000))}]",
        "*more than 100000 values*");

    [Fact]
    public void Parse_OfALongKey_ShowsItsBeginning() => FluentActions
        .Invoking(() => MergeRecipe.Parse($"{{\"{new string('k', 500_000)}\": 1}}")).Should().Throw<MergeRecipeException>()
        .Which.Message.Length.Should().BeLessThan(500);

    [Fact]
    public void Parse_OfAnyLetters_ReadsOrRefuses() => Gen.Char["merge_thodls: -[]{},&*!|>'\"%@`?#~.1e\n\t\\\uD800ä"].Array[0, 60]
        .Sample(letters => ReadsOrRefuses(new string(letters)), iter: 20_000);

    [Fact]
    public void Parse_OfAChangedRecipe_ReadsOrRefuses()
    {
        string[] texts = [.. Directory.GetFiles(MergeRecipeExampleTests.PathOf("")).Select(File.ReadAllText)];
        texts.Should().HaveCount(20);
        Gen<char[]> letters = Gen.Char["[]{}:-\n\t '\"1e.&*x"].Array[0, 6];
        Gen.Select(Gen.Int[0, texts.Length - 1].Select(i => texts[i]), Gen.Double[0, 1], Gen.Int[0, 5], letters)
            .Sample(
                (text, place, taken, put) =>
                {
                    int at = (int)(place * text.Length);
                    ReadsOrRefuses(text.Remove(at, Math.Min(taken, text.Length - at)).Insert(at, new string(put)));
                },
                iter: 5_000);
    }

    private static void ReadsOrRefuses(string text)
    {
        foreach (string source in new[] { "a.yaml", "a.json" })
        {
            try
            {
                MergeRecipe.Parse(text, source);
            }
            catch (MergeRecipeException e)
            {
                e.Line.Should().BeInRange(1, text.Split('\n').Length + 1);
            }
        }
    }

    private static void Refuses(string text, string message, string source = "a.yaml") =>
        FluentActions.Invoking(() => MergeRecipe.Parse(text, source)).Should().Throw<MergeRecipeException>().WithMessage(message);
}
