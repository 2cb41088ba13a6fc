namespace WiseFt.Tests;

/// <summary>A word that is nearly another.</summary>
public sealed class SpellingTests
{
    private static readonly string[] _words = ["train", "sweep", "mix", "--alpha"];

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("TRAIN", "train")]
    [InlineData("swep", "sweep")]
    [InlineData("--aplha", "--alpha")]
    public void Nearest_OfAMisspeltWord_IsTheWord(string word, string meant) => Spelling.Nearest(word, _words).Should().Be(meant);

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("x")]
    [InlineData("")]
    public void Nearest_OfAnotherWord_IsNone(string word) => Spelling.Nearest(word, _words).Should().BeNull();
}
