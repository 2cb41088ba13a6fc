using System.Globalization;
using CsCheck;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ClipTokenizerTests
{
    private static readonly ClipTokenizer _openAI = ClipTokenizer.Default;

    // Every UTF-16 unit, so lone surrogates too, with those that mean something to the tokenizer more often.
    private static readonly Gen<string> _text =
        Gen.OneOf(Gen.Char, Gen.Char['\0', '\xff'], Gen.Char["&#x;<>'sΣİÃ€\ud83d\ude00 \n"]).Array[0, 40].Select(c => new string(c));

    [Fact]
    public void Default_OpenAIsVocabulary_HasItsSizes() =>
        (_openAI.ContextLength, _openAI.VocabularySize, _openAI.StartToken, _openAI.EndToken).Should().Be((77, 49408, 49406, 49407));

    [Fact]
    public void EncodeIds_AnyUtf16_BeginsWithStartAndHasAnEnd() => _text.Sample(text =>
    {
        int[] ids = _openAI.EncodeIds(text);
        return ids.Length == 77 && ids[0] == 49406 && ids.Contains(49407) && ids.All(id => id is >= 0 and < 49408);
    });

    [Fact]
    public void EncodeIds_ShorterContext_IsThePrefixWithTheEndTokenLast() => Gen.Select(_text, Gen.Int[2, 20]).Sample((text, length) =>
    {
        int[] whole = _openAI.EncodeIds(text), cut = _openAI.WithContextLength(length).EncodeIds(text);
        return cut.AsSpan(0, length - 1).SequenceEqual(whole.AsSpan(0, length - 1)) && (cut[^1] == 49407 || cut[^1] == whole[length - 1]);
    });

    [Fact]
    public void Repair_RepairedText_StaysAsItIs() => _text.Where(t => !t.Contains('\n')).Sample(text =>
    {
        string repaired = TextRepair.Repair(text);
        return repaired.Contains('\n') || repaired.Contains('<') || TextRepair.Repair(repaired) == repaired;
    });

    [Fact]
    public void EncodeIds_OverlongText_IsCutAndKeepsTheEndToken()
    {
        int[] ids = _openAI.EncodeIds(string.Concat(Enumerable.Repeat("word ", 100)));
        ids.Should().HaveCount(77);
        ids[75].Should().NotBe(49407);
        ids[76].Should().Be(49407);
    }

    [Fact]
    public void EncodeIds_OneEndlessWord_MergesEverything() =>
        _openAI.EncodeIds(new string('x', 100_000)).Should().HaveCount(77).And.EndWith(49407);

    [Fact]
    public void Repair_ReferencesNestedWithoutEnd_StopsAndKeepsTheRest()
    {
        static string Nested(int levels) => "&" + string.Concat(Enumerable.Repeat("amp;", levels)) + "lt;";
        TextRepair.Repair(Nested(50)).Should().Be("<");
        TextRepair.Repair(Nested(10_000)).Should().Be(Nested(9_900));
    }

    [Fact]
    public void EncodeIds_Empty_IsStartEndZeros() => _openAI.EncodeIds("").Should().Equal([49406, 49407, .. new int[75]]);

    [Theory]
    [InlineData("a <start_of_text> b <END_OF_TEXT>", "49406 320 49406 321 49407 49407")]        // open_clip's spelling is the token
    [InlineData("<|endoftext|>", "49406 27 347 40786 4160 91 285 49407")]                       // OpenAI's spelling is text
    // a long s is an s to the words alone
    [InlineData("<ſtart_of_text> 'ſ", "49406 27 129 123 16707 62 684 62 18169 285 6 129 379 49407")]
    [InlineData("!'s'sS 's", "49406 13222 338 568 338 568 49407")]
    [InlineData("𝒜b𝟙𝟚 x", "49406 43387 250 321 6874 253 503 6874 253 504 343 49407")] // letters and digits beyond U+FFFF
    [InlineData("a\u0345b", "49406 320 321 49407")] // the one character that is dropped
    public void EncodeIds_SpecialSpellings_AreReadAsTheReferenceDoes(string text, string expected)
    {
        int[] ids = _openAI.EncodeIds(text);
        string.Join(' ', ids.Take(expected.Split(' ').Length)).Should().Be(expected);
    }

    [Fact]
    public void Encode_Texts_IsAnInt64MatrixOfTheirIds()
    {
        using Tensor ids = _openAI.Encode(["a cat", "a dog", ""]);
        ids.shape.Should().Equal(3, 77);
        ids.dtype.Should().Be(ScalarType.Int64);
        long[] all = ids.data<long>().ToArray();
        all[77..154].Should().Equal(_openAI.EncodeIds("a dog").Select(id => (long)id));
    }

    [Fact]
    public void Encode_NoTexts_IsAMatrixWithoutRows()
    {
        using Tensor ids = _openAI.Encode([]);
        ids.shape.Should().Equal(0, 77);
    }

    [Fact]
    public void Encode_ANullAmongTheTexts_IsRefusedWithItsPlace() =>
        FluentActions.Invoking(() => _openAI.Encode(["a", null!, "b"])).Should().Throw<ArgumentException>().WithMessage("*Text 1 of 3*");

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-5)]
    public void WithContextLength_TooShort_IsRefused(int length) =>
        FluentActions.Invoking(() => _openAI.WithContextLength(length))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*at least 2*");

    [Fact]
    public void EncodeIds_FromSeveralThreads_GivesTheSameIds()
    {
        string[] texts = [.. Enumerable.Range(0, 2000).Select(i => $"a photo of thing{i} number {i * 7919} “x{i}”")];
        ClipTokenizer fresh = ClipTokenizer.Load(Path.Combine(Fixtures.RepositoryRoot, "src/WiseFt/Text/bpe_simple_vocab_16e6.txt.gz"));
        int[][] parallel = new int[texts.Length][];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => parallel[i] = fresh.EncodeIds(texts[i]));
        for (int i = 0; i < texts.Length; i++) parallel[i].Should().Equal(_openAI.EncodeIds(texts[i]));
    }

    [Fact]
    public void EncodeIds_MoreWordsThanAreRemembered_StaysRight()
    {
        int[] first = _openAI.EncodeIds("zqa zqb");
        for (int i = 0; i < 40_000; i++) _openAI.EncodeIds(Word(i));
        _openAI.EncodeIds("zqa zqb").Should().Equal(first);

        static string Word(int i) =>
            "zq" + string.Concat(i.ToString("d5", CultureInfo.InvariantCulture).Select(digit => (char)(digit - '0' + 'a')));
    }
}
