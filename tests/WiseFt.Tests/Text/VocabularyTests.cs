using System.IO.Compression;
using System.Text;
using System.Text.Json;
using WiseFt.Text;

namespace WiseFt.Tests;

public sealed class VocabularyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_StarterClip_ReadsVocabularyAndMerges()
    {
        ClipTokenizer starter = ClipTokenizer.Load(Fixtures.Data("starter-clip"), contextLength: 32);
        (starter.ContextLength, starter.VocabularySize, starter.StartToken, starter.EndToken).Should().Be((32, 6514, 6512, 6513));
        starter.EncodeIds("a photo of a cat").Should().Equal([6512, 320, 1125, 539, 320, 2368, 6513, .. new int[25]]);
        ClipTokenizer.Load(Path.Combine(Fixtures.Data("starter-clip"), "vocab.json"), 32).EncodeIds("an owl")
            .Should().Equal(starter.EncodeIds("an owl"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_OpenAIsList_GzippedOrPlain_IsTheDefault(bool gzipped)
    {
        string path = Path.Combine(Fixtures.RepositoryRoot, "src/WiseFt/Text/bpe_simple_vocab_16e6.txt.gz");
        if (!gzipped)
        {
            string plain = At("bpe_simple_vocab_16e6.txt");
            using var from = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using FileStream to = File.Create(plain);
            from.CopyTo(to);
            path = _folder.Path;                    // found in a folder too
        }
        ClipTokenizer loaded = ClipTokenizer.Load(path);
        loaded.VocabularySize.Should().Be(49408);
        loaded.EncodeIds("a photo of a tench.").Should().Equal(ClipTokenizer.Default.EncodeIds("a photo of a tench."));
    }

    [Fact]
    public void Load_WindowsLineEndsAndNoVersionLine_ReadsEveryMerge()
    {
        Write(Tokens("he", "hel"), "h e\r\nhe l\r\n");
        // start, hel, o</w>, end
        ClipTokenizer.Load(_folder.Path, 8).EncodeIds("helo").Should().Equal(513, 515, 78 + 256, 514, 0, 0, 0, 0);
    }

    [Fact]
    public void Load_NothingThere_SaysWhatIsExpected() =>
        Loading(At("nowhere")).WithMessage("*nowhere*no such file*vocab.json*merges.txt*bpe_simple_vocab_16e6*");

    [Fact]
    public void Load_EmptyFolder_SaysWhatIsExpected() => Loading(_folder.Path).WithMessage("*no vocab.json*Download*");

    [Fact]
    public void Load_HalfASurrogatePairAsAToken_SaysThatTheFileIsNoGood()
    {
        File.WriteAllText(At("vocab.json"), "{\"\\ud800\": 0}");
        File.WriteAllText(At("merges.txt"), "h e\n");
        Loading(_folder.Path).WithMessage("*vocab.json: not valid JSON*");
    }

    [Fact]
    public void Load_MergesMissing_NamesThem()
    {
        Write(Tokens("he"), merges: null);
        Loading(_folder.Path).WithMessage("*vocab.json*merges.txt*needs both*");
    }

    [Theory]
    [InlineData("{\"a\": 0, \"b\"", "*vocab.json: not valid JSON*complete*")]
    [InlineData("[1]", "*vocab.json: found a JSON Array*")]
    [InlineData("{\"a\": 0, \"b\": 0}", "*'a' and 'b' have the same id 0*")]
    [InlineData("{\"a\": 0, \"a\": 1}", "*'a' has two ids*")]
    [InlineData("{\"a\": 0, \"b\": 7}", "*'b' has the id 7*0 to 1*")]
    [InlineData("{\"a\": 0, \"b\": -1}", "*'b' has the id -1*")]
    [InlineData("{\"a\": \"x\"}", "*'a' has the id x*")]
    [InlineData("{\"a\": 0}", "*511 of the 512 byte symbols are missing*another model*")]
    public void Load_BrokenVocabulary_SaysWhatIsWrong(string json, string message)
    {
        File.WriteAllText(At("vocab.json"), json);
        File.WriteAllText(At("merges.txt"), "#version: 0.2\nh e\n");
        Loading(_folder.Path).WithMessage(message);
    }

    [Fact]
    public void Load_NoEndToken_NamesIt()
    {
        Write([.. Tokens("he").Where(t => t != "<|endoftext|>")], "#version: 0.2\nh e\n");
        Loading(_folder.Path).WithMessage("*no token '<|endoftext|>'*");
    }

    [Theory]
    [InlineData("#version: 0.2\nh e\nh e\n", "*merge 'h e' occurs twice (as number 1 and 2)*")]
    [InlineData("#version: 0.2\nh e\nhe y\n", "*1 of 2 merges*'he y'*same model*")]
    [InlineData("#version: 0.2\nh e\nhel\n", "*merges.txt: line 3 is 'hel'*two symbols*")]
    [InlineData("#version: 0.2\n", "*found no merges*")]
    [InlineData("", "*merges*")]
    public void Load_BrokenMerges_SaysWhatIsWrong(string merges, string message)
    {
        Write(Tokens("he"), merges);
        Loading(_folder.Path).WithMessage(message);
    }

    [Fact]
    public void Load_TruncatedGzip_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Fixtures.RepositoryRoot, "src/WiseFt/Text/bpe_simple_vocab_16e6.txt.gz"));
        File.WriteAllBytes(At("short.txt.gz"), whole[..40000]);
        Loading(At("short.txt.gz")).WithMessage("*short.txt.gz*");
    }

    [Fact]
    public void Load_BinaryFile_IsRefused()
    {
        File.WriteAllBytes(At("model.bin"), [0xFF, 0xFE, 0x00, 0x80, 0x80, 0x80]);
        Loading(At("model.bin")).WithMessage("*model.bin: not UTF-8 text*");
    }

    [Fact]
    public void Load_ContextLengthTooShort_IsRefused() =>
        FluentActions.Invoking(() => ClipTokenizer.Load(Fixtures.Data("starter-clip"), 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*contextLength is 1*at least 2*");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Save_ThenLoad_GivesTheSameTokenizerAndLeavesTheStreamBehindIt(bool starter)
    {
        ClipTokenizer tokenizer = starter ? ClipTokenizer.Load(Fixtures.Data("starter-clip"), 32) : ClipTokenizer.Default;
        using var stream = new MemoryStream();
        stream.WriteByte(1);
        tokenizer.Save(stream);
        stream.WriteByte(2);
        stream.Length.Should().BeLessThan(1 << 20);
        stream.Position = 1;
        ClipTokenizer loaded = ClipTokenizer.Load(stream);
        stream.ReadByte().Should().Be(2);
        (loaded.ContextLength, loaded.VocabularySize, loaded.StartToken, loaded.EndToken)
            .Should().Be((tokenizer.ContextLength, tokenizer.VocabularySize, tokenizer.StartToken, tokenizer.EndToken));
        foreach (string text in (string[])["a sketch of an owl, a bird", "naïve 日本語 🙂", "<start_of_text>"])
            loaded.EncodeIds(text).Should().Equal(tokenizer.EncodeIds(text));
    }

    [Fact]
    public void Load_DamagedStream_IsRefusedAtEveryCut()
    {
        using var stream = new MemoryStream();
        ClipTokenizer.Load(Fixtures.Data("starter-clip"), 32).Save(stream);
        byte[] whole = stream.ToArray();
        foreach (int length in (int[])[0, 3, 8, 12, 19, 20, 1000, whole.Length - 1])
            FluentActions.Invoking(() => ClipTokenizer.Load(new MemoryStream(whole[..length])))
                .Should().Throw<TokenizerException>("cut at {0}", length).WithMessage("*save the model again*");
        byte[] newer = [.. whole];
        newer[8] = 9;
        FluentActions.Invoking(() => ClipTokenizer.Load(new MemoryStream(newer)))
            .Should().Throw<TokenizerException>().WithMessage("*version 9*");
        byte[] shortContext = [.. whole];
        (shortContext[12], shortContext[13]) = (1, 0);
        FluentActions.Invoking(() => ClipTokenizer.Load(new MemoryStream(shortContext)))
            .Should().Throw<TokenizerException>().WithMessage("*context length 1*");
    }

    [Theory]
    [InlineData(16, 1 << 26)] // the length of the rest
    [InlineData(16, int.MaxValue)]
    [InlineData(12, int.MaxValue)] // the context length, for which every text's ids would take memory
    [Fault("file asks for more memory than it holds")]
    public void Load_StreamThatAnnouncesMoreThanItHolds_TakesNoMemoryForIt(int at, int length)
    {
        using var stream = new MemoryStream();
        ClipTokenizer.Load(Fixtures.Data("starter-clip"), 32).Save(stream);
        byte[] whole = stream.ToArray();
        BitConverter.TryWriteBytes(whole.AsSpan(at), length).Should().BeTrue();
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => ClipTokenizer.Load(new MemoryStream(whole))).Should().Throw<TokenizerException>();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1 << 21);
    }

    [Fact]
    public void Load_StreamWithAnyByteChanged_NeverFailsOtherwise()
    {
        using var stream = new MemoryStream();
        Write(Tokens("he"), "#version: 0.2\nh e\n");
        ClipTokenizer.Load(_folder.Path).Save(stream);
        byte[] whole = stream.ToArray();
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 0x55;
            try { ClipTokenizer.Load(new MemoryStream(changed)); }
            catch (TokenizerException) { }              // any other exception fails the test
        }
    }

    // The 512 byte symbols as OpenAI orders them, the special tokens, then the others.
    private static string[] Tokens(params string[] more)
    {
        string[] bytes = [.. BytePairVocabulary.ByteAlphabet.Select(b => b.Symbol.ToString())];
        return [.. bytes, .. bytes.Select(b => b + "</w>"), more[0], "<|startoftext|>", "<|endoftext|>", .. more.Skip(1)];
    }

    private void Write(string[] tokens, string? merges)
    {
        File.WriteAllText(
            At("vocab.json"),
            JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id)), Encoding.UTF8);
        if (merges is not null) File.WriteAllText(At("merges.txt"), merges);
    }

    private string At(string name) => _folder.At(name);

    private static FluentAssertions.Specialized.ExceptionAssertions<TokenizerException> Loading(string path) =>
        FluentActions.Invoking(() => ClipTokenizer.Load(path)).Should().Throw<TokenizerException>();
}
