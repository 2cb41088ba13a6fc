using WiseFt.Training;

namespace WiseFt.Tests;

public sealed class ModelSoupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Choose_AUniformSoup_IsAllRuns()
    {
        ModelSoupResult soup = ModelSoup.Choose([Run(1), Run(2)], SoupKind.Uniform, null);

        soup.Runs.Should().OnlyContain(r => r.Joined).And.HaveCount(2);
        soup.Accuracy.Should().BeNull();
        soup.Invoking(s => s.Write(_folder.At("soup.safetensors"))).Should().Throw<InvalidOperationException>().WithMessage("*Run 1*");
    }

    [Fact]
    public void Choose_AGreedySoupWithoutImages_Refuses()
    {
        FluentActions.Invoking(() => ModelSoup.Choose([Run(1)], SoupKind.Greedy, null)).Should().Throw<ArgumentException>()
            .WithMessage("*uniform*");
        FluentActions.Invoking(() => ModelSoup.Choose([], SoupKind.Uniform, null)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Train_IntoAFolderWithRuns_RefusesUnlessItGoesOn()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        FineTuningOptions[] recipes = [run.Options, run.Options with { LearningRate = 2 * run.Options.LearningRate }];
        var snapshots = new SnapshotOptions { Directory = _folder.At("soup") };
        SoupRun[] trained = [.. ModelSoup.Train(run.ZeroShot, run.Training, null, recipes, snapshots)];
        var steps = new List<SoupProgress>();

        var again = ModelSoup.Train(
            run.ZeroShot, run.Training, null, recipes, snapshots with { Resume = true }, new Reported<SoupProgress>(steps.Add));

        again.Should().Equal(trained);
        steps.Should().HaveCount(2).And.OnlyContain(s => s.Step == null);
        FluentActions.Invoking(() => ModelSoup.Train(run.ZeroShot, run.Training, null, recipes, snapshots)).Should()
            .Throw<CheckpointException>().WithMessage("*Resume*");
        File.AppendAllText(trained[1].File!, "x");
        FluentActions.Invoking(() => ModelSoup.Train(run.ZeroShot, run.Training, null, recipes, snapshots with { Resume = true })).Should()
            .Throw<CheckpointException>().WithMessage("*changed*");
    }

    public void Dispose() => _folder.Dispose();

    private static SoupRun Run(int number) => new() { Number = number, Options = new FineTuningOptions() };
}
