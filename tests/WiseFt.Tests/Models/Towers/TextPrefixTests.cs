using TorchSharp;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Texts whose common beginning is computed once.</summary>
public sealed class TextPrefixTests : IDisposable
{
    private readonly ClipModel _clip = ClipModel.Load(Fixtures.Data("starter-clip"));

    public void Dispose() => _clip.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void EncodeAfter_APrefixOfAnyLength_GivesTheFeaturesOfTheWholeTexts(int length, bool packed)
    {
        using var scope = NewDisposeScope();
        using var weights = new PackedWeights();
        using IDisposable products = Products.In(Precision.Float32, packed ? weights : null);
        Tensor ids = _clip.Tokenizer.Encode(["an icon of a dog.", "an icon of a household item.", "an icon of a bird in the sky."]);
        Tensor whole = _clip.EncodeText(ids);
        using TextPrefix prefix = _clip.TextEncoder.EncodePrefix(ids[0].narrow(0, 0, length));

        Tensor features = _clip.TextEncoder.EncodeAfter(prefix, ids.narrow(1, length, ids.shape[1] - length));

        ((features - whole).norm() / whole.norm()).item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void Build_ForManyClasses_GivesEachTheRowOfItsPromptsAlone()
    {
        string[] names = ["dog", "cat", "bird", "household item", "flower", "tree", "hand", "clock", "a very long name of a class"];
        var templates = new PromptTemplates("test", ["an icon of a {}.", "{} emoji", "a drawing of the {} in colours."]);

        using ImageClassifier many = ZeroShotHead.Build(_clip, names, templates);

        for (int k = 0; k < names.Length; k++)
        {
            using ImageClassifier one = ZeroShotHead.Build(_clip, [names[k]], templates);
            using Tensor row = many.Weights[ImageClassifier.HeadWeight][k], expected = one.Weights[ImageClassifier.HeadWeight][0];
            using Tensor error = (row - expected).abs().max();
            error.item<float>().Should().BeLessThan(1e-4f, names[k]);
        }
    }
}
