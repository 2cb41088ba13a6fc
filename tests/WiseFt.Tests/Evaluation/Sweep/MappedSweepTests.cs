using WiseFt.Evaluation;
using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>A sweep over shifts whose classes are not the model's, and over groups.</summary>
public sealed class MappedSweepTests : IDisposable
{
    private static readonly string[] _classNames = ["bird", "boat", "hand", "mammal", "weather"], _folders = ["hand", "bird", "mammal"];

    // Labels in another order than the model's; "animal" joins two of its classes; "boat" and "weather" answer for none.
    private const string Mapping =
        """{ "name": "animals", "merge": "MERGE", "classes": [ { "name": "hand", "reference": ["hand"] }, { "name": "animal", "reference": ["mammal", "bird"] } ] }""";

    private readonly ImageClassifier _first, _second;
    private readonly LabelledImages _reference = Images(_classNames, _classNames, 2);

    public MappedSweepTests()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        _first = ZeroShotHead.Build(clip, _classNames, PromptTemplates.Simple);
        using var random = new Generator(7);
        using var weights = new Weights(_first.Weights.Select(t =>
        {
            using Tensor noise = randn(t.Value.shape, generator: random);
            using TorchSharp.Scalar scale = 0.02;
            return KeyValuePair.Create(t.Key, t.Value.detach().addcmul(noise, ones_like(noise), scale));
        }));
        _second = _first.WithWeights(weights);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Theory]
    [InlineData("max")]
    [InlineData("mean")]
    [InlineData("median")]
    [InlineData("sum")]
    public void Run_WithAMapping_SaysWhatTheProjectedLogitsSay(string merge)
    {
        LabelledImages animals = Animals();
        ClassMapping mapping = ClassMapping.Parse(Mapping.Replace("MERGE", merge, StringComparison.Ordinal));

        RobustnessReport report = AlphaSweep.Run(_first, _second, _reference, [new DistributionShift("animals", animals, mapping)], [0, 1]);

        LabelSpace space = mapping.Bind(_classNames, animals.ClassNames);
        foreach (var (alpha, model) in new[] { (0.0, _first), (1.0, _second) })
        {
            SampleMatrix projected = space.Project(Logits(model, animals));
            Predictions said = report.At(alpha).Predictions[1];
            said.Classes.Should().Equal(projected.ArgMax());
            for (int i = 0; i < animals.Count; i++)
            {
                double[] row = Row(projected, i);
                said.Confidences[i].Should().BeApproximately((float)Math.Exp(row.Max() - SampleMatrix.LogSumExp(row)), 1e-4f);
                said.LabelProbabilities[i]
                    .Should().BeApproximately((float)Math.Exp(row[animals.Labels[i]] - SampleMatrix.LogSumExp(row)), 1e-4f);
            }
        }
        report.Sets[1].ClassNames.Should().Equal("animal", "hand");
        report.ClassNames.Should().Equal(_classNames);
        RobustnessStatistics.Measure(report).Sets[1].Models[0].Metrics.Classes.Should().HaveCount(2);
    }

    [Fact]
    public void Run_WithAMapping_OutputEnsemblesAreProjectedLast()
    {
        LabelledImages animals = Animals();
        ClassMapping mapping = ClassMapping.Parse(Mapping.Replace("MERGE", "max", StringComparison.Ordinal));

        RobustnessReport report = AlphaSweep.Run(
            _first, _second, _reference, [new DistributionShift("animals", animals, mapping)],
            new AlphaSweepOptions { Alphas = [0, 0.3, 1], OutputEnsembles = true });

        LabelSpace space = mapping.Bind(_classNames, animals.ClassNames);
        SampleMatrix f = Logits(_first, animals), g = Logits(_second, animals);
        var mixed = new SampleMatrix(
            (double[])[.. Enumerable.Range(0, f.Count).SelectMany(i => Row(f, i).Zip(Row(g, i), (a, b) => 0.7 * a + 0.3 * b))], f.Width);
        report.OutputEnsembles[0].Results[1].Predictions[1].Classes.Should().Equal(space.Project(mixed).ArgMax());
        foreach (EnsembleCurve curve in report.OutputEnsembles)
            foreach (int end in new[] { 0, 2 })
                curve.Results[end].Predictions[1].Classes.Should().Equal(report.Results[end].Predictions[1].Classes);
    }

    [Fact]
    public void Run_WithASelectionOfClasses_NeverAnswersOthers()
    {
        LabelledImages some = Images(_folders, _folders, 3);
        ClassMapping mapping = new() { Name = "some", Classes = [.. _folders.Select(f => new MappedClass(f, [ReferenceClass.Named(f)]))] };

        Predictions said = AlphaSweep.Run(
            _first, _second, _reference, [new DistributionShift("some", some, mapping)], [0.5]).Results[0].Predictions[1];

        using ImageClassifier half = Half();
        said.Classes.Should().Equal(mapping.Bind(_classNames, _folders).Project(Logits(half, some)).ArgMax());
    }

    [Fact]
    public void Run_WithGroups_ReportsTheWorst()
    {
        LabelledImages grouped = new(_reference.ClassNames, _reference.Images, _reference.Labels)
        {
            Groupings = [new ImageGroups(
                "place", ["sea", "land", "air"], [.. Enumerable.Range(0, _reference.Count).Select(i => i < 4 ? i % 2 : ImageGroups.None)])],
        };

        RobustnessReport report = AlphaSweep.Run(_first, _second, grouped, [], [0, 0.5, 1]);

        GroupingStatistics place = RobustnessStatistics.Measure(report).Sets[0].Groupings.Should().ContainSingle().Subject;
        place.Name.Should().Be("place");
        for (int a = 0; a < 3; a++)
        {
            bool[] right = [.. report.Results[a].Predictions[0].Classes.Select((c, i) => c == grouped.Labels[i])];
            place.ByAlpha[a].Groups
                .Should().Equal(new GroupAccuracy(0, 2, Count(right[0], right[2])), new GroupAccuracy(1, 2, Count(right[1], right[3])));
        }
        place.Best.Should().Be(AlphaSelector.BestWorstGroup([0, 0.5, 1], place.ByAlpha));
        static int Count(bool a, bool b) => (a ? 1 : 0) + (b ? 1 : 0);
    }

    [Fact]
    public void Run_WithGroupsOfFrames_ReportsPm0AndPmK()
    {
        LabelledImages animals = Animals();
        string[] paths = [.. animals.Images.Select(i => string.Join('/', i.Name.Split('/', '\\')[^2..]))];
        FrameGroup[] groups = [Group(animals, paths, 0, 1, 2), Group(animals, paths, 3, 4), Group(animals, paths, 5)];
        ClassMapping mapping = ClassMapping.Parse(Mapping.Replace("MERGE", "max", StringComparison.Ordinal)) with { Groups = [.. groups] };

        RobustnessReport report = AlphaSweep.Run(
            _first, _second, _reference, [new DistributionShift("animals", animals, mapping)], [0, 0.5, 1]);

        SetStatistics statistics = RobustnessStatistics.Measure(report).Sets[1];
        for (int a = 0; a < 3; a++)
        {
            bool[] right = [.. report.Results[a].Predictions[1].Classes.Select((c, i) => c == animals.Labels[i])];
            statistics.Frames[a].AnchorCorrect.Should().Equal(right[0], right[3], right[5]);
            statistics.Frames[a].GroupCorrect.Should().Equal(right[0] && right[1] && right[2], right[3] && right[4], right[5]);
        }
        RobustnessStatistics.Measure(report).Sets[0].Frames.Should().BeEmpty();
    }

    [Fact]
    public void Run_WithAFrameThatIsNoImage_NamesItBeforeAnythingIsScored()
    {
        LabelledImages animals = Animals();
        ClassMapping mapping = ClassMapping.Parse(Mapping.Replace("MERGE", "max", StringComparison.Ordinal)) with
        {
            Groups = [new FrameGroup(new LabelledFrame("clip7/000010.png", ["hand"]), [])],
        };
        Refused(
            mapping, "The test set 'animals' cannot be evaluated: 1 frames of the mapping's groups are not just one image of the test " +
                "set ('clip7/000010.png'; the first is 0)*");
    }

    private static FrameGroup Group(LabelledImages images, string[] paths, params int[] frames)
    {
        LabelledFrame[] labelled = [.. frames.Select(i => new LabelledFrame(paths[i], [images.ClassNames[images.Labels[i]]]))];
        return new FrameGroup(labelled[0], [.. labelled[1..]]);
    }

    [Fact]
    public void Run_WithAMappingOfOtherClasses_NamesTheShiftAndThem()
    {
        ClassMapping unknown = ClassMapping.Parse(
            """{ "name": "m", "classes": [ { "name": "animal", "reference": ["whale"] }, { "name": "hand", "reference": ["hand"] } ] }""");
        ClassMapping other = ClassMapping.Parse("""{ "name": "m", "classes": [ { "name": "animal", "reference": ["bird"] } ] }""");

        Refused(
            unknown, "The test set 'animals' cannot be evaluated: Mapping 'm' refers to 1 classes that the 5 reference classes do not " +
                "have ('whale' of 'animal')*");
        Refused(
            other, "The test set 'animals' cannot be evaluated: The classes of the shift are not those of mapping 'm': " +
                "none missing; 1 unknown ('hand')*");
        Refused(
            ClassMapping.BuiltIn("imagenet-r"),
            "The test set 'animals' cannot be evaluated: 5 of the model's 5 classes are not named as ImageNet's*");
    }

    private void Refused(ClassMapping mapping, string message) =>
        FluentActions.Invoking(() =>
            AlphaSweep.Run(_first, _second, _reference, [new DistributionShift("animals", Animals(), mapping)], [0]))
            .Should().Throw<ArgumentException>().WithMessage(message);

    private ImageClassifier Half()
    {
        using Weights half = WiseFt.WeightSpace.Interpolate(_first.Weights, _second.Weights, 0.5);
        return _first.WithWeights(half);
    }

    private static LabelledImages Animals() => Images(["animal", "hand"], _folders, 3, name => name == "hand" ? 1 : 0);

    private static LabelledImages Images(string[] classNames, string[] folders, int each, Func<string, int>? label = null)
    {
        var files = folders.SelectMany(c => Directory.GetFiles(Fixtures.Data($"emoji-shift/shifts/twemoji/{c}"))
            .Order(StringComparer.Ordinal).Take(each).Select(f => (Folder: c, File: f))).ToArray();
        return new LabelledImages(classNames, [.. files.Select(f => ImageSource.FromFile(f.File))], [.. files.Select(f =>
            label?.Invoke(f.Folder) ?? Array.IndexOf(classNames, f.Folder))]);
    }

    private static double[] Row(SampleMatrix matrix, int i)
    {
        double[] row = new double[matrix.Width];
        matrix.CopyRow(i, row);
        return row;
    }

    private static SampleMatrix Logits(ImageClassifier model, LabelledImages images)
    {
        using var scope = NewDisposeScope();
        float[,] values = (float[,])model.Forward(model.Preprocessor.Load(images.Images)).data<float>().ToNDArray();
        return new SampleMatrix(values.Cast<float>().ToArray(), values.GetLength(1));
    }
}
