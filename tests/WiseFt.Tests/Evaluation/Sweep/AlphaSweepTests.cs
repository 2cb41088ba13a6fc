using WiseFt.Evaluation;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>A sweep over two models that have nothing to do with each other but their shape, on a few images.</summary>
public sealed class AlphaSweepTests : IDisposable
{
    private static readonly string[] _classNames = ["hand", "mammal", "weather"];

    private readonly ImageClassifier _first, _second;
    private readonly LabelledImages _reference = Images("reference/test", 5), _shift = Images("shifts/twemoji", 4);

    public AlphaSweepTests()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        _first = ZeroShotHead.Build(clip, _classNames, PromptTemplates.Simple);
        _second = Unrelated(everything: true);
    }

    [Fact]
    public void Run_OfUnrelatedModels_GivesWhatEachModelSays()
    {
        RobustnessReport report = AlphaSweep.Run(_first, _second, _reference, [new DistributionShift("twemoji", _shift)], [0, 0.5, 1]);

        foreach (var (alpha, model) in new[] { (0.0, _first), (1.0, _second) })
            for (int s = 0; s < 2; s++)
            {
                float[,] logits = Logits(model, s == 0 ? _reference : _shift);
                Predictions said = report.At(alpha).Predictions[s];
                for (int i = 0; i < said.Classes.Length; i++)
                {
                    double[] row = [logits[i, 0], logits[i, 1], logits[i, 2]];
                    double[] p = [.. row.Select(l => Math.Exp(l - SampleMatrix.LogSumExp(row)))];
                    said.Classes[i].Should().Be(SampleMatrix.ArgMax(row));
                    said.Confidences[i].Should().BeApproximately((float)p.Max(), 1e-5f);
                    said.LabelProbabilities[i].Should().BeApproximately((float)p[report.Sets[s].Labels[i]], 1e-5f);
                    said.Margins[i].Should().BeApproximately((float)(row.Max() - row.Order().ElementAt(1)), 1e-3f);
                }
            }
    }

    [Fact]
    public void Run_Divergences_EqualThoseOfAllLogitsAndFeatures()
    {
        RobustnessReport report = AlphaSweep.Run(_first, _second, _reference, [], [0, 1]);

        var expected = Diversity.Measure(Matrix(Logits(_first, _reference)), Matrix(Logits(_second, _reference)), [.. _reference.Labels]);
        report.Divergences.Should().HaveCount(1);
        report.Divergences[0].MeanKullbackLeibler
            .Should().BeApproximately(expected.MeanKullbackLeibler, 1e-3 * expected.MeanKullbackLeibler);
        report.Divergences[0].CkaComplement
            .Should().BeApproximately(Diversity.CkaComplement(Matrix(Features(_first)), Matrix(Features(_second))), 1e-4);
        SetStatistics statistics = RobustnessStatistics.Measure(report).Sets[0];
        statistics.Diversity!.CohenKappa.Should().BeApproximately(expected.CohenKappa, 1e-12);
        statistics.Diversity.FirstMeanMargin.Should().BeApproximately(expected.FirstMeanMargin, 1e-3);
    }

    [Fact]
    public void Run_OutputEnsembles_AverageLogitsAndProbabilities()
    {
        RobustnessReport report = AlphaSweep.Run(
            _first, _second, _reference, [], new AlphaSweepOptions { Alphas = [0, 0.3, 1], OutputEnsembles = true });

        float[,] f = Logits(_first, _reference), g = Logits(_second, _reference);
        for (int i = 0; i < _reference.Count; i++)
        {
            double[] logits = [.. Enumerable.Range(0, 3).Select(c => 0.7 * f[i, c] + 0.3 * g[i, c])];
            double[] first = Probabilities(f, i), second = Probabilities(g, i), mixed = [.. first.Zip(second, (p, q) => 0.7 * p + 0.3 * q)];
            report.OutputEnsembles[0].Results[1].Predictions[0].Classes[i].Should().Be(SampleMatrix.ArgMax(logits));
            report.OutputEnsembles[1].Results[1].Predictions[0].Confidences[i].Should().BeApproximately((float)mixed.Max(), 1e-5f);
        }
        foreach (EnsembleCurve curve in report.OutputEnsembles)
            foreach (int end in new[] { 0, 2 })
                curve.Results[end].Predictions[0].Classes.Should().Equal(report.Results[end].Predictions[0].Classes);
    }

    [Fact]
    public void Run_OfLinearClassifiers_MixesLogitsAsItMixesWeights()
    {
        using ImageClassifier head = Unrelated(everything: false);

        RobustnessReport report = AlphaSweep.Run(
            _first, head, _reference, [], new AlphaSweepOptions { Alphas = [0, 0.4, 1], OutputEnsembles = true });

        report.OutputEnsembles[0].Results[1].Predictions[0].Confidences.Zip(report.Results[1].Predictions[0].Confidences, (a, b) =>
            Math.Abs(a - b)).Max().Should().BeLessThan(1e-4f);
        report.Divergences[0].CkaComplement.Should().Be(0, "the encoder is shared");
    }

    [Fact]
    public void Run_WithEnsemblesButWithoutEndPoints_IsRefused() =>
        FluentActions.Invoking(() =>
            AlphaSweep.Run(_first, _second, _reference, [], new AlphaSweepOptions { Alphas = [0.5, 1], OutputEnsembles = true }))
            .Should().Throw<ArgumentException>().WithMessage("*0 and 1 among the alphas*");

    [Fact]
    public void Run_WithTwoShiftsOfOneName_NamesIt() =>
        FluentActions.Invoking(() =>
            AlphaSweep.Run(_first, _second, _reference, [new DistributionShift("x", _shift), new DistributionShift("x", _reference)], [0]))
            .Should().Throw<ArgumentException>().WithMessage("*named 'x'*distinct*");

    [Fact]
    public void Run_OfAShiftWithOtherClasses_SaysWhich()
    {
        var other = new LabelledImages(["hand", "mammoth", "weather"], _shift.Images, _shift.Labels);

        FluentActions.Invoking(() => AlphaSweep.Run(_first, _second, _reference, [new DistributionShift("ice age", other)], [0]))
            .Should().Throw<ArgumentException>().WithMessage("*'ice age'*'mammoth'*unknown*'mammal'*missing*");
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    /// <summary>The model with random numbers added: everywhere, or in the head alone.</summary>
    private ImageClassifier Unrelated(bool everything)
    {
        using var random = new Generator(7);
        using var weights = new Weights(_first.Weights.Select(t =>
        {
            using Tensor noise = randn(t.Value.shape, generator: random);
            using TorchSharp.Scalar scale = everything || t.Key.StartsWith("classification_head", StringComparison.Ordinal) ? 0.02 : 0;
            return KeyValuePair.Create(t.Key, t.Value.detach().addcmul(noise, ones_like(noise), scale));
        }));
        return _first.WithWeights(weights);
    }

    private static LabelledImages Images(string folder, int perClass)
    {
        string[][] files = [.. _classNames.Select(c =>
            Directory.GetFiles(Fixtures.Data($"emoji-shift/{folder}/{c}")).Order(StringComparer.Ordinal).Take(perClass).ToArray())];
        return new LabelledImages(
            _classNames, [.. files.SelectMany(f => f).Select(ImageSource.FromFile)],
            [.. files.SelectMany((f, label) => f.Select(_ => label))]);
    }

    private static float[,] Logits(ImageClassifier model, LabelledImages images) =>
        Numbers(() => model.Forward(model.Preprocessor.Load(images.Images)));

    private float[,] Features(ImageClassifier model) => Numbers(() => model.EncodeImage(model.Preprocessor.Load(_reference.Images)));

    private static float[,] Numbers(Func<Tensor> compute)
    {
        using var scope = NewDisposeScope();
        return (float[,])compute().data<float>().ToNDArray();
    }

    private static double[] Probabilities(float[,] logits, int i)
    {
        double[] row = [.. Enumerable.Range(0, logits.GetLength(1)).Select(c => (double)logits[i, c])];
        return [.. row.Select(l => Math.Exp(l - SampleMatrix.LogSumExp(row)))];
    }

    private static SampleMatrix Matrix(float[,] values) => new(values.Cast<float>().ToArray(), values.GetLength(1));
}
