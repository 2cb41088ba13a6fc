using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Ensembling;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class FisherInformationTests
{
    [Theory, InlineData("starter-clip"), InlineData("openai-resnet")]
    public void Estimate_OfOneImage_IsTheSquaredGradientOfOneClass(string name)
    {
        using SmallRun run = SmallRun.Of(name, FineTuningMode.EndToEnd);
        LabelledImages one = run.Training.Only([3]);
        using FisherInformation fisher = FisherInformation.Estimate(run.ZeroShot, one);
        using var scope = NewDisposeScope();
        (string Name, Tensor Square)[][] byClass = [.. Enumerable.Range(0, 3).Select(k => Squares(run.ZeroShot, one.Images[0], k))];

        fisher.Weights.Keys.Should().BeEquivalentTo(byClass[0].Select(s => s.Name));
        fisher.Weights.Keys.Should().NotContain(key => key.Contains("running"));
        byClass.Count(squares => squares.All(s => s.Square.allclose(fisher.Weights[s.Name], rtol: 1e-3, atol: 1e-12))).Should().Be(1);
    }

    [Fact]
    public void Estimate_OfManyDraws_IsTheExpectationOverTheModelsOwnLabels()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using (no_grad()) run.ZeroShot.Weights[ImageClassifier.HeadWeight].mul_(0.02); // no class is certain
        ImageSource image = run.Training.Images[0];
        var repeated = new LabelledImages(SmallRun.ClassNames, [.. Enumerable.Repeat(image, 400)], new int[400]);
        using FisherInformation fisher = FisherInformation.Estimate(run.ZeroShot, repeated, new() { Examples = 400 });
        float[] p = [.. SmallRun.ClassNames.Select(c => run.ZeroShot.Predict(image).Single(x => x.Label == c).Probability)];

        // Of the head's bias: the variance of "y is class k".
        float[] ofBias = fisher.Weights[ImageClassifier.HeadBias].data<float>().ToArray();

        p.Should().OnlyContain(x => x > 0.1f);
        ofBias.Zip(p).Should().OnlyContain(x => Math.Abs(x.First - x.Second * (1 - x.Second)) < 0.04);
    }

    [Fact]
    public void Estimate_WithTheSameSeed_IsTheSame_AndOfAnotherSeedNot()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using FisherInformation first = Estimate(1), again = Estimate(1), other = Estimate(2);

        first.Weights.Should().OnlyContain(w => WeightSpace.AreEqual(w.Value, again.Weights[w.Key]));
        first.Weights.Should().Contain(w => !WeightSpace.AreEqual(w.Value, other.Weights[w.Key]));

        FisherInformation Estimate(int seed) =>
            FisherInformation.Estimate(run.ZeroShot, run.Training, new() { Examples = 5, Seed = seed });
    }

    [Fact]
    public void Estimate_LeavesTheModelAsItWas_AndTellsHowFarItIs()
    {
        using SmallRun run = SmallRun.Of("openai-resnet", FineTuningMode.EndToEnd);
        using ImageClassifier before = run.ZeroShot.WithWeights(run.ZeroShot.Weights);
        var progress = new Reported<WorkProgress>();

        using FisherInformation fisher = FisherInformation.Estimate(run.ZeroShot, run.Training, new() { Examples = 3 }, progress);

        SmallRun.AssertEqual(run.ZeroShot, before);
        run.ZeroShot.TrainableParameters(withEncoder: true).Select(p => p.grad).Should().OnlyContain(g => ReferenceEquals(g, null));
        progress.Values.Should().Equal([new(1, 3), new(2, 3), new(3, 3)]);
        (fisher.Examples, fisher.Seed).Should().Be((3, 0));
    }

    [Fact]
    public void Estimate_Cancelled_StopsBetweenTwoImages()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using var cancel = new CancellationTokenSource();
        var progress = new Reported<WorkProgress>(p => { if (p.Done == 2) cancel.Cancel(); });
        FluentActions.Invoking(() => FisherInformation.Estimate(run.ZeroShot, run.Training, null, progress, cancel.Token))
            .Should().Throw<OperationCanceledException>();
        progress.Values.Should().HaveCount(2);
        run.ZeroShot.TrainableParameters(withEncoder: true).Select(p => p.grad).Should().OnlyContain(g => ReferenceEquals(g, null));
    }

    [Fact]
    public void Save_SaysFromWhatItWasEstimated()
    {
        using var folder = new TemporaryFolder();
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using FisherInformation fisher = FisherInformation.Estimate(run.ZeroShot, run.Training, new() { Examples = 2, Seed = 7 });
        fisher.Save(folder.At("f.safetensors"));
        using SafetensorsFile file = SafetensorsFile.Open(folder.At("f.safetensors"));
        using Weights read = file.ReadAll();

        file.Metadata["wiseft.fisher"].Should().Be(
            $$"""{"format_version":1,"model":"{{fisher.ModelHash}}","examples":2,"seed":7}""");
        read.Should().OnlyContain(w => WeightSpace.AreEqual(w.Value, fisher.Weights[w.Key]));
        read.Should().HaveCount(fisher.Weights.Count);
    }

    private static (string, Tensor)[] Squares(ImageClassifier model, ImageSource image, int k)
    {
        Tensor pixels = model.Preprocessor.Load([image]);
        Tensor loss = model.ForwardHead(model.ForwardEncoder(pixels)).log_softmax(-1).select(0, 0).select(0, k).neg();
        loss.backward();
        (string, Tensor)[] squares =
            [.. model.Weights.Where(w => w.Value is Parameter).Select(w => (w.Key, w.Value.grad!.detach().square()))];
        model.ClearGradients();
        return squares;
    }
}
