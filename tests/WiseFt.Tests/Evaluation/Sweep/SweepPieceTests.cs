using System.Text.Json;
using WiseFt.Evaluation;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>A sweep in pieces, evaluated and added up in any order, as several machines would.</summary>
public sealed class SweepPieceTests : IDisposable
{
    private static readonly string[] _classNames = ["hand", "mammal", "weather"];

    private readonly ImageClassifier _first, _second, _head;
    private readonly LabelledImages _reference = Images("reference/train", 90), _shift = Images("shifts/twemoji", 70);

    public SweepPieceTests()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        _first = ZeroShotHead.Build(clip, _classNames, PromptTemplates.Simple);
        _second = Changed(everything: true);
        _head = Changed(everything: false);
    }

    [Theory]
    [InlineData(false, true, 1)]
    [InlineData(false, false, 2)]
    [InlineData(true, true, 3)]
    public void Evaluate_PiecesInAnyOrderAndThroughJson_GiveTheSameReport(bool sharedEncoder, bool ensembles, int seed)
    {
        ImageClassifier fineTuned = sharedEncoder ? _head : _second;
        var options = new AlphaSweepOptions { Alphas = [0, 0.3, 1], OutputEnsembles = ensembles };
        RobustnessReport expected = AlphaSweep.Run(_first, fineTuned, _reference, [new DistributionShift("twemoji", _shift)], options);

        SweepPiece[] pieces = [.. SweepPiece.All([_reference.Count, _shift.Count])];
        pieces.Length.Should().BeGreaterThan(4, "several pieces of each set are to be put in order");
        new Random(seed).Shuffle(pieces);
        using var totals = new SweepTotals(expected.Sets, options);
        foreach (SweepPiece[] some in pieces.Chunk(2))
        {
            using var run = new SweepRun(_first, _first.Weights, fineTuned.Weights, [_reference, _shift], [null, null], options);
            run.Evaluate(ThroughJson(some), part => totals.Add(ThroughJson(part)), progress: null, CancellationToken.None);
        }

        JsonSerializer.Serialize(totals.ToReport(_classNames))
            .Should().Be(JsonSerializer.Serialize(expected), "every number is written to its last bit");
        expected.Divergences.Should().HaveCount(2);
        expected.OutputEnsembles.Should().HaveCount(ensembles ? 2 : 0);
    }

    [Fact]
    public void ToReport_WithoutAPiece_SaysWhichImagesAreMissing_AndAPieceTwiceIsRefused()
    {
        var options = new AlphaSweepOptions { Alphas = [0.5] };
        var parts = new List<SweepPart>();
        using var run = new SweepRun(_first, _first.Weights, _second.Weights, [_reference], [null], options);
        run.Evaluate(SweepPiece.All([_reference.Count]), parts.Add, progress: null, CancellationToken.None);
        using var totals = new SweepTotals([new EvaluatedSet("reference", [.. _reference.Labels], [])], options);

        foreach (SweepPart part in parts.Where(p => p.Piece.Start != 32)) totals.Add(part);

        totals.Invoking(t => t.ToReport(_classNames))
            .Should().Throw<InvalidOperationException>().WithMessage($"Of the {_reference.Count} images of 'reference', those from 32 on*");
        totals.Invoking(t => t.Add(parts[0])).Should().Throw<ArgumentException>().WithMessage("*begins at image 0 is added already*");
    }

    [Fact]
    public void All_Pieces_CoverEveryImageOnce()
    {
        int[] counts = [70, 1, 64];
        (int, int)[] images = [.. SweepPiece.All(counts).SelectMany(p => Enumerable.Range(p.Start, p.Count).Select(i => (p.Set, i)))];
        images.Should().Equal(counts.SelectMany((count, set) => Enumerable.Range(0, count).Select(i => (set, i))));
        SweepPiece.All(counts).Select(p => p.Count).Should().Equal(32, 32, 6, 1, 32, 32);
    }

    [Fact]
    public void Part_WithNumbersThatAreNone_GoesThroughJson()
    {
        var predictions = new Predictions([1], [float.NaN], [float.PositiveInfinity], [0.1f]);
        var part = new SweepPart
        {
            Piece = new SweepPiece(0, 0, 1), Predictions = [predictions], Ensembles = [], Divergence = double.NaN,
            ZeroShotFeatures = [float.NaN], FineTunedFeatures = [],
        };
        ThroughJson(part).Should().BeEquivalentTo(part);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _head.Dispose();
    }

    private static T ThroughJson<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value))!;

    /// <summary>The model with random numbers added: everywhere, or in the head alone.</summary>
    private ImageClassifier Changed(bool everything)
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

    /// <summary>So many images, some of them several times.</summary>
    private static LabelledImages Images(string folder, int count)
    {
        string[][] files = [.. _classNames
            .Select(c => Directory.GetFiles(Fixtures.Data($"emoji-shift/{folder}/{c}")).Order(StringComparer.Ordinal).ToArray())];
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % files.Length)];
        return new LabelledImages(
            _classNames, [.. labels.Select((label, i) => ImageSource.FromFile(files[label][i % files[label].Length]))], labels);
    }
}
