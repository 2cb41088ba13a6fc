using WiseFt.Classification;

namespace WiseFt.Tests;

public sealed class ZeroShotHeadCacheTests : IDisposable
{
    private static readonly string[] _classes = ["bird", "boat"];
    private readonly TemporaryFolder _folder = new();
    private readonly ClipModel _clip = ClipModel.Load(Fixtures.Data("starter-clip"));

    public void Dispose()
    {
        _clip.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Build_ASecondTime_EncodesNothingAndGivesTheSameHead()
    {
        using ImageClassifier plain = ZeroShotHead.Build(_clip, _classes, PromptTemplates.Simple);
        var (first, encoded) = Build();
        var (second, encodedAgain) = Build();
        using (first)
        using (second)
        {
            (encoded, encodedAgain).Should().Be((2, 0));
            SmallRun.AssertEqual(first, plain);
            SmallRun.AssertEqual(second, plain);
        }
    }

    [Fact]
    public void Build_OfOtherWordsTemplatesOrModel_IsAnotherHead()
    {
        Build().Model.Dispose();
        Build(classes: ["boat", "bird"]).Encoded.Should().Be(2, "the order of the classes is the order of the head's rows");
        Build(templates: new PromptTemplates("drawing", ["a drawing of a {}."])).Encoded.Should().Be(2);
        using ClipModel other = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        Build(clip: other).Encoded.Should().Be(2);
        Directory.GetFiles(_folder.Path).Should().HaveCount(4);
    }

    [Theory, InlineData(-1), InlineData(9)]
    public void Build_WithADamagedFile_BuildsTheHeadAnewAndReplacesIt(int position)
    {
        var (whole, _) = Build();
        string path = Directory.GetFiles(_folder.Path).Single();
        byte[] bytes = File.ReadAllBytes(path), damaged = [.. bytes];
        damaged[position < 0 ? ^1 : position] ^= 1;
        File.WriteAllBytes(path, damaged);
        var (again, encoded) = Build();
        using (whole)
        using (again)
        {
            encoded.Should().Be(2);
            SmallRun.AssertEqual(again, whole);
            File.ReadAllBytes(path).Should().Equal(bytes);
        }
    }

    /// <summary>A classifier, and how many prompts were encoded for it.</summary>
    private (ImageClassifier Model, int Encoded) Build(ClipModel? clip = null, string[]? classes = null, PromptTemplates? templates = null)
    {
        int encoded = 0;
        ImageClassifier model = ZeroShotHead.Build(
            clip ?? _clip, classes ?? _classes, templates ?? PromptTemplates.Simple,
            progress: new Reported<WorkProgress>(p => encoded = (int)p.Done), cacheFolder: _folder.Path);
        return (model, encoded);
    }
}
