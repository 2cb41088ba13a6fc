namespace WiseFt.Tests;

/// <summary>The zero-shot row of examples/data/emoji-shift/REFERENCE.md, which has no randomness.</summary>
public sealed class EmojiShiftZeroShotTests
{
    private static readonly string[] _templates = ["a photo of a {}.", "an icon of a {}.", "a drawing of a {}.", "an emoji of a {}."];

    [Theory]
    [InlineData("reference/test", 196)]
    [InlineData("shifts/noto-v1", 154)]
    [InlineData("shifts/twemoji", 187)]
    [InlineData("shifts/fluent-emoji", 174)]
    [InlineData("shifts/fluent-emoji-flat", 169)]
    [InlineData("shifts/fluent-emoji-high-contrast", 142)]
    public void ZeroShot_OnEmojiShift_IsRightAsOftenAsTheReference(string set, int expected)
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        string[] classNames = LabelledImages.FromFolder(Fixtures.Data("emoji-shift/reference/train")).ClassNames.ToArray();
        LabelledImages images = LabelledImages.FromFolder(Fixtures.Data("emoji-shift/" + set), classNames);
        using ImageClassifier zeroShot = ZeroShotHead.Build(clip, classNames, new PromptTemplates("emoji", _templates));
        RobustnessReport report = AlphaSweep.Run(zeroShot, zeroShot, images, [], [0]);
        double right = report.Results[0].Reference * images.Count;
        right.Should().BeApproximately(expected, 1.0001);
    }
}
