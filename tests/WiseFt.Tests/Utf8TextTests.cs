using System.Text;
using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>Text that is no UTF-8 would become other words in silence.</summary>
public sealed class Utf8TextTests : IDisposable
{
    private const string Text = "a photo of a café {}\r\nzwei\n\ndrei";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void ReadLines_OfUtf8_GivesTheLinesWithoutAByteOrderMark(bool mark)
    {
        _folder.Write("t.txt", [.. mark ? Encoding.UTF8.GetPreamble() : [], .. Encoding.UTF8.GetBytes(Text)]);

        Utf8Text.ReadLines(_folder.At("t.txt")).Should().Equal("a photo of a café {}", "zwei", "", "drei");
    }

    [Theory]
    [InlineData("first\nsecond\nthird caf\u00e9\n", "in line 3 (the byte E9 after 'third caf')")]
    [InlineData("first\r\nsecond\r\ncaf\u00e9", "in line 3 (the byte E9 after 'caf')")]
    [InlineData("first\rcaf\u00e9", "in line 2 (the byte E9")]
    [InlineData("\u00fc", "in line 1 (the byte FC)")]
    [InlineData("o\0n\0e\0", "in line 1: bytes of 00 are among its letters")]
    public void Decode_OfOtherBytes_NamesTheFileAndTheLine(string latin1, string expected) =>
        FluentActions.Invoking(() => Utf8Text.Decode(Encoding.Latin1.GetBytes(latin1), "names.txt"))
            .Should().Throw<InvalidDataException>()
            .WithMessage($"names.txt: the text is not UTF-8 {expected}*Expected UTF-8; save it again*");

    [Fact]
    public void Decode_OfAControlCharacter_KeepsIt() => Utf8Text.Decode("one\ntwo\0three"u8, "t").Should().Be("one\ntwo\0three");

    [Theory]
    [InlineData("utf-16", "UTF-16", "FFFE")]
    [InlineData("utf-16BE", "UTF-16", "FEFF")]
    [InlineData("utf-32", "UTF-32", "FFFE0000")]
    [InlineData("utf-32BE", "UTF-32", "0000FEFF")]
    public void Decode_OfAnotherUnicodeEncoding_NamesIt(string encoding, string name, string mark)
    {
        Encoding other = Encoding.GetEncoding(encoding);

        FluentActions.Invoking(() => Utf8Text.Decode([.. other.GetPreamble(), .. other.GetBytes(Text)], "t.txt"))
            .Should().Throw<InvalidDataException>().WithMessage($"t.txt: the text is {name}: it begins with the byte-order mark {mark}.*");
    }

    [Fact]
    public void Readers_OfLatin1_NameFileAndLine()
    {
        string texts = Fixtures.Path("cases/latin1-texts/latin1.txt");
        _folder.Write("list.csv", Encoding.Latin1.GetBytes("path,label\n1.png,caf\u00e9\n"));
        _folder.Write(
            "mapping.json", Encoding.Latin1.GetBytes("{\"name\":\"m\",\n\"classes\":[{\"name\":\"caf\u00e9\",\"reference\":[0]}]}"));
        string list = _folder.At("list.csv"), mapping = _folder.At("mapping.json");

        FluentActions.Invoking(() => PromptTemplates.FromFile(texts))
            .Should().Throw<InvalidDataException>().WithMessage($"{texts}*line 1*");
        FluentActions.Invoking(() => ImageList.Read(list)).Should().Throw<ImageException>().WithMessage($"{list}*line 2*");
        FluentActions.Invoking(() => ClassMapping.Load(mapping)).Should().Throw<ArgumentException>().WithMessage($"{mapping}*line 2*");
    }
}
