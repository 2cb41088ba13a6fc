using WiseFt.Classification;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ImageScorerTests : IDisposable
{
    private readonly LabelledImages _images = LabelledImages.FromFolder(Fixtures.Data("emoji-shift/reference/train"));
    private readonly ImageClassifier _zeroShot;

    public ImageScorerTests()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        _zeroShot = ZeroShotHead.Build(clip, _images.ClassNames, PromptTemplates.Simple);
    }

    public void Dispose() => _zeroShot.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gather_MoreThanOneBatch_GivesEveryImageItsOwnRow_WithAndWithoutProgress(bool withProgress)
    {
        ImageSource[] some = [.. _images.Images.Take(70)];
        var progress = new Reported<WorkProgress>();
        using Tensor features = ImageScorer.Features(_zeroShot).Gather(
            some, batch => _zeroShot.Preprocessor.Load(batch), _zeroShot.Spec.EmbeddingDimension,
            withProgress ? progress : null, CancellationToken.None);
        using Tensor pixels = _zeroShot.Preprocessor.Load(some), expected = _zeroShot.EncodeImage(pixels);
        using Tensor error = (features - expected).abs().max();
        error.item<float>().Should().BeLessThan(1e-4f);
        progress.Values.Should().Equal(withProgress ? [new(32, 70), new(64, 70), new(70, 70)] : []);
    }

    [Fact]
    public void Run_CancelledInABatch_HandsOverThatOneAndNoMore()
    {
        using var cancel = new CancellationTokenSource();
        var starts = new List<int>();
        var identity = new ImageScorer(x => x, CPU) { BatchSize = 2 };
        Action act = () => identity.Run([1, 2, 3, 4, 5], batch => zeros(batch.Count, 1), (start, _) =>
        {
            starts.Add(start);
            if (start == 2) cancel.Cancel();
        }, progress: null, cancel.Token);
        act.Should().Throw<OperationCanceledException>();
        starts.Should().Equal(0, 2);
    }

    [Fact]
    public void Run_TensorsOfABatch_AreFreedUnlessMovedToTheOuterScope()
    {
        using var scope = NewDisposeScope();
        var loaded = new List<Tensor>();
        var taken = new List<Tensor>();
        var doubling = new ImageScorer(x => x.add(x), CPU) { BatchSize = 1 };
        doubling.Run(
            [1f, 2f], batch => Kept(loaded, tensor([batch[0]])),
            (start, output) => taken.Add(start == 0 ? output.MoveToOuterDisposeScope() : output), null, CancellationToken.None);
        loaded.Should().OnlyContain(t => t.IsInvalid);
        taken.Select(t => t.IsInvalid).Should().Equal(false, true);
        taken[0].item<float>().Should().Be(2);
    }

    [Fact]
    public void Rows_Probabilities_AreTheSoftmaxOfTheLogits_RowByRow()
    {
        using Tensor pixels = _zeroShot.Preprocessor.Load([.. _images.Images.Take(3)]);
        using Tensor logits = _zeroShot.Forward(pixels), expected = logits.softmax(-1);
        ImageScorer.Probabilities(_zeroShot).Rows(pixels).Should().Equal(expected.data<float>().ToArray());
    }

    [Theory]
    [InlineData(Precision.Float32, 1e-4)]
    [InlineData(Precision.BFloat16, 0.05)]
    [InlineData(Precision.Int8, 0.05)]
    public void PrepareForScoring_AnyPrecision_GivesNearlyTheSameFeatures(Precision precision, double error)
    {
        using var scope = NewDisposeScope();
        Tensor pixels = _zeroShot.Preprocessor.Load([.. _images.Images.Take(20)]), expected = _zeroShot.EncodeImage(pixels);
        using ImageClassifier prepared = _zeroShot.WithWeights(_zeroShot.Weights);
        prepared.PrepareForScoring(precision);
        if (precision == Precision.Int8 && !OneDnn.HasInt8)
        {
            prepared.Invoking(p => p.EncodeImage(pixels)).Should().Throw<NotSupportedException>().WithMessage("*int8*");
            return;
        }

        Tensor features = prepared.EncodeImage(pixels), again = prepared.EncodeImage(pixels);

        ((features - expected).norm() / expected.norm()).item<float>().Should().BeLessThan((float)error);
        again.Equals(features).Should().BeTrue();
    }

    [Fact]
    public void BatchSize_Zero_IsRefused() =>
        FluentActions.Invoking(() => new ImageScorer(x => x, CPU) { BatchSize = 0 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*BatchSize is 0*");

    private static Tensor Kept(List<Tensor> list, Tensor tensor)
    {
        list.Add(tensor);
        return tensor;
    }
}
