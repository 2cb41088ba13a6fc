using WiseFt.Ensembling;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class GreedySoupTests : IDisposable
{
    private readonly SmallRun _run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Choose_AnyAccuracies_DecidesAsModelSoupsDoes()
    {
        var random = new Random(3);
        for (int round = 0; round < 300; round++)
        {
            int count = random.Next(1, 7), seed = random.Next();
            // Few different values, so that there are ties.
            double Accuracy(IEnumerable<int> models) => new Random(HashCode.Combine(seed, Mask(models))).Next(8) / 8.0;
            GreedySoupResult result = GreedySoup.Choose([.. Enumerable.Range(0, count).Select(i => $"{i}")], joined => Accuracy(joined));

            var (order, soup, accuracy) = PlainGreedy(count, Accuracy);

            result.Candidates.Select(c => c.Index).Should().Equal(order);
            result.Candidates.Where(c => c.Joined).Select(c => c.Index).Should().Equal(soup);
            result.Accuracy.Should().Be(accuracy);
            result.Shares.Should().Equal(Enumerable.Range(0, count).Select(i => soup.Contains(i) ? 1.0 / soup.Count : 0));
        }
    }

    [Fact]
    public void Choose_Ties_TakeTheLaterModelFirst_AndAnEqualMeanDoesNotJoin()
    {
        GreedySoupResult result = GreedySoup.Choose(["a", "b", "c", "d"], joined => joined.Count == 1 && joined[0] == 1 ? 0.25 : 0.5);
        result.Candidates.Should().Equal(
            new SoupCandidate(3, "d", 0.5, 0.5, true), new SoupCandidate(2, "c", 0.5, 0.5, false),
            new SoupCandidate(0, "a", 0.5, 0.5, false), new SoupCandidate(1, "b", 0.25, 0.5, false));
        result.Shares.Should().Equal(0, 0, 0, 1);
    }

    [Fact]
    public void Run_OfTheSameModel_HasOneOfIt()
    {
        var progress = new Reported<WorkProgress>();
        GreedySoupResult result = GreedySoup.Run([_run.ZeroShot, _run.ZeroShot, _run.ZeroShot], _run.Training, null, progress);
        result.Shares.Should().Equal(0, 0, 1);
        result.Candidates.Should().OnlyContain(c => c.Accuracy == result.Accuracy && c.SoupAccuracy == result.Accuracy);
        progress.Values[^1].Should().Be(new WorkProgress(5 * 17, 5 * 17));
    }

    [Fact]
    public void Run_ModelsThatErrOppositely_JoinAndABadOneDoesNot()
    {
        using var folder = new TemporaryFolder();
        using ImageClassifier trained = _run.Train(), low = Biased(trained, -1000), high = Biased(trained, 1000), bad = Negated(trained);
        ImageClassifier[] models = [bad, low, high];
        string[] paths = [.. models.Select((m, i) => folder.At($"{i}.safetensors"))];
        foreach (var (model, path) in models.Zip(paths)) model.Save(path);

        GreedySoupResult result = GreedySoup.Run(models, _run.Training), onDisk = GreedySoup.Run(paths, _run.Training);

        result.Shares.Should().Equal(0, 0.5, 0.5);
        result.Accuracy.Should().BeGreaterThan(result.Candidates[0].Accuracy);
        result.Candidates.Select(c => c.Name).Should().Equal("model 2", "model 3", "model 1");
        onDisk.Candidates.Select(c => c with { Name = "" }).Should().Equal(result.Candidates.Select(c => c with { Name = "" }));
        onDisk.Candidates.Select(c => c.Name).Should().Equal(paths[1], paths[2], paths[0]);
        CheckpointMixture.Combine(paths, onDisk.Shares, folder.At("soup.safetensors"));
        using ImageClassifier soup = ImageClassifier.Load(folder.At("soup.safetensors"));
        Accuracy(soup).Should().Be(result.Accuracy);
    }

    [Fact]
    public void Run_OtherClasses_AreRefusedBeforeAnyForwardPass()
    {
        var others = new LabelledImages(["hand", "vehicle", "mammal"], _run.Training.Images, _run.Training.Labels);
        FluentActions.Invoking(() => GreedySoup.Run([_run.ZeroShot], others))
            .Should().Throw<ArgumentException>().WithMessage("*same names in the same order*");
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        using ImageClassifier two = ZeroShotHead.Build(clip, ["hand", "mammal"], PromptTemplates.Simple);
        FluentActions.Invoking(() => GreedySoup.Run([_run.ZeroShot, two], _run.Training))
            .Should().Throw<ArgumentException>().WithMessage("*classes of model 2 are*");
    }

    [Fact]
    public void Run_Cancelled_StopsBetweenTwoBatches()
    {
        using var cancel = new CancellationTokenSource();
        var progress = new Reported<WorkProgress>(_ => cancel.Cancel());
        FluentActions.Invoking(() => GreedySoup.Run([_run.ZeroShot], _run.Training, new() { BatchSize = 4 }, progress, cancel.Token))
            .Should().Throw<OperationCanceledException>();
        progress.Values.Should().ContainSingle();
    }

    /// <summary>The reference's loop over state dicts, with the set of models in place of their mean.</summary>
    private static (List<int> Order, List<int> Soup, double Accuracy) PlainGreedy(int count, Func<IEnumerable<int>, double> accuracy)
    {
        var ascending = new List<(double Accuracy, int Model)>();
        for (int i = 0; i < count; i++)
        {
            double own = accuracy([i]);
            int place = ascending.TakeWhile(a => a.Accuracy <= own).Count();
            ascending.Insert(place, (own, i));
        }
        ascending.Reverse();
        List<int> soup = [ascending[0].Model];
        double best = ascending[0].Accuracy;
        for (int i = 1; i < count; i++)
        {
            double held = accuracy(soup.Append(ascending[i].Model));
            if (held > best)
            {
                best = held;
                soup.Add(ascending[i].Model);
            }
        }
        return ([.. ascending.Select(a => a.Model)], soup, best);
    }

    private static int Mask(IEnumerable<int> models) => models.Aggregate(0, (mask, i) => mask | (1 << i));

    private double Accuracy(ImageClassifier model)
    {
        using var scope = NewDisposeScope();
        Tensor logits = model.Forward(model.Preprocessor.Load(_run.Training.Images));
        return logits.argmax(-1).eq(tensor(_run.Training.Labels.Select(l => (long)l).ToArray())).to(float64).mean().item<double>();
    }

    private static ImageClassifier Biased(ImageClassifier model, float bias) =>
        Changed(model, ImageClassifier.HeadBias, tensor => tensor[0] += bias);

    private static ImageClassifier Negated(ImageClassifier model) => Changed(model, ImageClassifier.HeadWeight, tensor => tensor.neg_());

    private static ImageClassifier Changed(ImageClassifier model, string name, Action<Tensor> change)
    {
        using IDisposable grad = no_grad();
        ImageClassifier copy = model.WithWeights(model.Weights);
        change(copy.Weights[name]);
        return copy;
    }
}
