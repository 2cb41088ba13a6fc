using System.Collections.Immutable;
using TorchSharp;
using WiseFt.Ensembling;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class LearnedSoupTests : IDisposable
{
    private static readonly LearnedSoupOptions _short = new() { Epochs = 4, BatchSize = 6, Scoring = new() { BatchSize = 4 } };

    private readonly SmallRun _run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
    private readonly ImageClassifier _trained, _bad;

    public LearnedSoupTests()
    {
        _trained = _run.Train();
        _bad = _trained.WithWeights(_trained.Weights);
        using (no_grad()) _bad.Weights[ImageClassifier.HeadWeight].neg_();
    }

    public void Dispose()
    {
        _bad.Dispose();
        _trained.Dispose();
        _run.Dispose();
    }

    [Fact]
    public void Run_OfAGoodAndABadHead_PrefersTheGoodOneWhereTheyDiffer()
    {
        var progress = new Reported<WorkProgress>();
        LearnedSoupResult result = LearnedSoup.Run([_bad, _trained], _run.Training, _short, progress);

        result.Shares[ImageClassifier.HeadWeight][1].Should().BeGreaterThan(0.6);
        result.Shares.Keys.Should().Equal(_trained.Weights.Keys);
        result.Shares.Values.Should().OnlyContain(shares => Math.Abs(shares.Sum() - 1) < 1e-9);
        result.Shares.Where(s => s.Key != ImageClassifier.HeadWeight).Should().OnlyContain(s => s.Value[0] == 0.5);
        result.Beta.Should().NotBe(1);
        progress.Values[^1].Should().Be(new WorkProgress(5 * 17, 5 * 17));
    }

    [Fact]
    public void Run_SharesByTensor_AreAMixtureOfTheReportedAccuracy()
    {
        LearnedSoupResult result = LearnedSoup.Run([_bad, _trained], _run.Training, _short);
        var method = new CoefficientMerge(new SharesByTensor(name => [.. result.Shares[name]]));
        using Weights theta = new MergeEngine(
            method, new MergeModel("bad", _bad.Weights), new MergeModel("trained", _trained.Weights)).ToWeights();
        using ImageClassifier soup = _trained.WithWeights(theta);
        using var scope = NewDisposeScope();
        Tensor logits = soup.Forward(soup.Preprocessor.Load(_run.Training.Images));
        logits.argmax(-1).eq(tensor(_run.Training.Labels.Select(l => (long)l).ToArray())).to(float64).mean().item<double>()
            .Should().Be(result.Accuracy);
    }

    [Fact]
    public void Run_WithTheSameSeed_IsTheSame_OnDiskToo()
    {
        using var folder = new TemporaryFolder();
        _bad.Save(folder.At("bad.safetensors"));
        _trained.Save(folder.At("trained.safetensors"));
        LearnedSoupResult inMemory = LearnedSoup.Run([_bad, _trained], _run.Training, _short);
        LearnedSoupResult onDisk = LearnedSoup.Run(
            [folder.At("bad.safetensors"), folder.At("trained.safetensors")], _run.Training, _short);
        onDisk.Beta.Should().Be(inMemory.Beta);
        onDisk.Shares.Should().BeEquivalentTo(inMemory.Shares);
        LearnedSoup.Run([_bad, _trained], _run.Training, _short with { Seed = 1 }).Beta.Should().NotBe(inMemory.Beta);
    }

    [Fact]
    public void GatherGradients_AreTheSlopesOfTheLoss()
    {
        using SmallRun run = SmallRun.Of("openai-resnet", FineTuningMode.EndToEnd);
        using ImageClassifier other = run.ZeroShot.WithWeights(run.ZeroShot.Weights);
        using var scope = NewDisposeScope();
        using var random = new Generator(5);
        using (no_grad())
            foreach (Tensor weight in other.Weights.Values.Where(w => w is TorchSharp.Modules.Parameter))
                weight.add_(randn(weight.shape, generator: random).mul(weight.std(unbiased: false)).mul(0.3));
        using SoupModels models = SoupModels.Of([run.ZeroShot, other]);
        using var soup = new LearnedShares(models);
        Tensor pixels = run.ZeroShot.Preprocessor.Load(run.Training.Images);

        soup.Mix();
        Loss().backward();
        soup.GatherGradients();
        using IDisposable grad = no_grad();
        long place = soup.Raw.grad!.select(1, 1).abs().argmax().item<long>(); // where there is most to measure
        float slope = soup.Raw.grad![place, 1].item<float>(), opposite = soup.Raw.grad![place, 0].item<float>();

        const float Step = 0.02f;
        double measured = (LossAt(Step) - LossAt(-Step)) / (2 * Step);
        Math.Abs(measured).Should().BeGreaterThan(1e-3);
        slope.Should().BeApproximately((float)measured, (float)Math.Abs(measured) * 0.02f);
        opposite.Should().BeApproximately(-slope, Math.Abs(slope) * 1e-3f);
        soup.Mixture.Weights.Values.Where(w => w.grad is not null).Should().OnlyContain(w => w.grad!.abs().max().item<float>() == 0);

        Tensor Loss() => nn.functional.cross_entropy(
            soup.Mixture.ForwardHead(soup.Mixture.ForwardEncoder(pixels)),
            tensor(run.Training.Labels.Select(l => (long)l).ToArray()));

        double LossAt(float raw)
        {
            soup.Raw[place, 1] = tensor(raw);
            soup.Mix();
            return Loss().item<float>();
        }
    }

    [Fact]
    public void Run_OfOneModel_IsRefused() => FluentActions.Invoking(() => LearnedSoup.Run([_trained], _run.Training))
        .Should().Throw<ArgumentException>().WithMessage("*expected at least two*");
}
