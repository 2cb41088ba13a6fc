using System.Collections.Immutable;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Evaluation;

/// <summary>One pass over all images of all test sets: each is decoded once, scored at every alpha, and forgotten.</summary>
internal sealed class SweepRun : IDisposable
{
    private const int BatchSize = 32, EncodedChunk = 4096;
    private const long PixelBudget = 512L << 20; // bytes of decoded pixels in memory at once

    private readonly Weights _theta0, _theta1;
    private readonly ImageClassifier _mixture;
    private readonly IReadOnlyList<LabelledImages> _sets;
    private readonly LabelProjection?[] _projections;      // by set; null where the classes are the model's
    private readonly double[] _grid;
    private readonly bool _sharedEncoder, _hasEndPoints;
    private readonly ScoreBuffer[][] _scores;              // by alpha, by set
    private readonly ScoreBuffer[][][] _ensembles;         // by kind, by alpha, by set
    private readonly FeatureAlignment[] _alignments;       // by set
    private readonly double[] _divergences;                // sum of KL, by set
    private readonly IProgress<WorkProgress>? _progress;
    private long _done;

    public SweepRun(
        ImageClassifier architecture, Weights theta0, Weights theta1, IReadOnlyList<LabelledImages> sets, IReadOnlyList<LabelSpace?> spaces, AlphaSweepOptions options,
        IProgress<WorkProgress>? progress)
    {
        (_theta0, _theta1, _sets, _progress) = (theta0, theta1, sets, progress);
        _grid = [.. options.Alphas];
        _hasEndPoints = _grid[0] == 0 && _grid[^1] == 1;
        _sharedEncoder = theta0.Where(t => t.Key.StartsWith(ImageClassifier.EncoderPrefix, StringComparison.Ordinal)).All(t => WeightSpace.AreEqual(t.Value, theta1[t.Key]));
        _scores = Buffers();
        _ensembles = [.. Enum.GetValues<OutputEnsemble>().Where(_ => options.OutputEnsembles).Select(_ => Buffers())];
        _alignments = [.. sets.Select(_ => new FeatureAlignment())];
        _divergences = new double[sets.Count];
        _mixture = architecture.WithWeights(theta0);
        _projections = [.. spaces.Select(space => space is null ? null : new LabelProjection(space, _mixture.Device))];
    }

    /// <summary>Predictions by alpha and set.</summary>
    public ImmutableArray<Predictions>[] Predictions => Read(_scores);

    /// <summary>Predictions of the output-space ensembles by kind, alpha and set; empty if not wanted.</summary>
    public ImmutableArray<Predictions>[][] Ensembles => [.. _ensembles.Select(Read)];

    /// <summary>How far the end points are apart, by set; empty unless alpha 0 and 1 are evaluated.</summary>
    public ImmutableArray<EndPointDivergence> Divergences => !_hasEndPoints ? [] :
        [.. _sets.Select((set, s) => new EndPointDivergence(Math.Max(0, _divergences[s] / set.Count), _sharedEncoder ? 0 : _alignments[s].Complement()))];

    /// <summary>Evaluates everything.</summary>
    public void Run(CancellationToken cancel)
    {
        int resolution = _mixture.Preprocessor.Resolution;
        int chunkSize = _sharedEncoder ? EncodedChunk : (int)Math.Clamp(PixelBudget / (12L * resolution * resolution), BatchSize, int.MaxValue);
        var batches = _sets.SelectMany((set, s) => Enumerable.Range(0, set.Count).Chunk(BatchSize).Select(c => (Set: s, Start: c[0], Count: c.Length)));
        foreach (var chunk in batches.Chunk(Math.Max(1, chunkSize / BatchSize)))
        {
            using var scope = NewDisposeScope();
            Batch[] loaded = [.. chunk.Select(b => Load(b.Set, b.Start, b.Count, cancel))];
            for (int a = 0; a < _grid.Length; a++)
            {
                if (_sharedEncoder) _mixture.InterpolateHeadFrom(_theta0, _theta1, _grid[a]);
                else _mixture.InterpolateFrom(_theta0, _theta1, _grid[a]);
                foreach (Batch batch in loaded)
                {
                    cancel.ThrowIfCancellationRequested();
                    Score(batch, a);
                    _done += batch.Input.shape[0];
                    _progress?.Report(new WorkProgress(_done, _sets.Sum(s => (long)s.Count) * _grid.Length));
                }
            }
        }
    }

    public void Dispose()
    {
        _mixture.Dispose();
        foreach (LabelProjection? projection in _projections) projection?.Dispose();
        foreach (FeatureAlignment alignment in _alignments) alignment.Dispose();
    }

    private ScoreBuffer[][] Buffers() => [.. _grid.Select(_ => _sets.Select(s => new ScoreBuffer(s.Labels)).ToArray())];

    private static ImmutableArray<Predictions>[] Read(ScoreBuffer[][] buffers) =>
        [.. buffers.Select(row => row.Select(b => b.ToPredictions()).ToImmutableArray())];

    /// <summary>A batch of pixels, or of features where the encoder is the same at every alpha.</summary>
    private Batch Load(int set, int start, int count, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        ImageSource[] images = [.. Enumerable.Range(start, count).Select(i => _sets[set].Images[i])];
        Tensor pixels = _mixture.Preprocessor.Load(images, cancel);
        if (!_sharedEncoder) return new Batch(set, start, pixels);
        using (pixels)
        {
            using Tensor moved = pixels.to(_mixture.Device);
            return new Batch(set, start, _mixture.EncodeImage(moved));
        }
    }

    private void Score(Batch batch, int a)
    {
        using var scope = NewDisposeScope();
        Tensor moved = batch.Input.to(_mixture.Device);
        Tensor features = _sharedEncoder ? moved : _mixture.EncodeImage(moved);         // (N, E)
        Tensor logits = _mixture.Classify(features);                                    // (N, K)
        _scores[a][batch.Set].Write(batch.Start, Projected(batch, logits));
        if (!_hasEndPoints) return;
        if (a == 0) batch.Keep(logits, features);
        else if (a == _grid.Length - 1) Compare(batch, logits, features);
    }

    /// <summary>Logits over the test set's own labels: the last step of any ensemble, which itself answers for the model's classes.</summary>
    private Tensor Projected(Batch batch, Tensor logits) => _projections[batch.Set]?.Project(logits) ?? logits;

    private void Compare(Batch batch, Tensor logits, Tensor features)
    {
        Tensor p = Projected(batch, batch.Logits!).log_softmax(-1).to(ScalarType.Float64), q = Projected(batch, logits).log_softmax(-1).to(ScalarType.Float64); // (N, M)
        _divergences[batch.Set] += (p.exp() * (p - q)).sum().item<double>();
        if (!_sharedEncoder) _alignments[batch.Set].Add(batch.Features!, features);
        if (_ensembles.Length == 0) return;
        Tensor zeroShot = batch.Logits!.log_softmax(-1), fineTuned = logits.log_softmax(-1);                   // (N, K)
        for (int a = 0; a < _grid.Length; a++)
        {
            using var scope = NewDisposeScope();
            using Scalar first = 1 - _grid[a], second = _grid[a], logFirst = Math.Log(1 - _grid[a]), logSecond = Math.Log(_grid[a]);
            _ensembles[(int)OutputEnsemble.Logits][a][batch.Set].Write(batch.Start, Projected(batch, batch.Logits!.mul(first).add(logits.mul(second), Scalars.One)));
            _ensembles[(int)OutputEnsemble.Probabilities][a][batch.Set].Write(
                batch.Start, Projected(batch, zeroShot.add(logFirst, Scalars.One).logaddexp(fineTuned.add(logSecond, Scalars.One))));
        }
    }

    /// <summary>Some images of one test set, with the zero-shot model's output until the fine-tuned model's is there.</summary>
    private sealed class Batch(int set, int start, Tensor input)
    {
        public int Set => set;

        public int Start => start;

        public Tensor Input => input;

        public Tensor? Logits { get; private set; }

        public Tensor? Features { get; private set; }

        /// <summary>Moves the zero-shot model's output to the chunk's scope.</summary>
        public void Keep(Tensor logits, Tensor features) => (Logits, Features) =
            (logits.MoveToOuterDisposeScope(), ReferenceEquals(features, input) ? features : features.MoveToOuterDisposeScope());
    }
}
