using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class TextBatchTests
{
    private static readonly string[] _texts = ["dog", "", "a dog"];

    [Fact]
    public void Encode_ForACausalEncoder_EndsWithTheLongestText()
    {
        using Tensor ids = TextBatch.Encode(ClipTokenizer.Default, _texts, isCausal: true), whole = ClipTokenizer.Default.Encode(_texts);
        using Tensor beginning = whole.narrow(1, 0, 4);

        ids.shape.Should().Equal(3, 4);
        ids.data<long>().ToArray().Should().Equal(beginning.contiguous().data<long>().ToArray());
        TextBatch.Lengths(ids, ClipTokenizer.Default.EndToken).Should().Equal(3, 2, 4);
    }

    [Fact]
    public void Encode_ForAnEncoderThatSeesEverything_HasTheWholeContext()
    {
        using Tensor ids = TextBatch.Encode(ClipTokenizer.Default, _texts, isCausal: false);

        ids.shape.Should().Equal(3, 77);
    }
}
