using System.Collections.Immutable;
using TorchSharp;
using WiseFt.Classification;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Evaluation;

/// <summary>Evaluates pieces of a sweep: each image is decoded once, scored at every alpha, and forgotten. Owns native memory.</summary>
internal sealed class SweepRun : IDisposable
{
    private const int EncodedImages = 4096;
    private const long PixelBudget = 512L << 20; // bytes of decoded pixels in memory at once

    private readonly Weights _theta0, _theta1;
    private readonly ImageClassifier _mixture;
    private readonly IReadOnlyList<LabelledImages> _sets;
    private readonly LabelProjection?[] _projections; // by set; null where the classes are the model's
    private readonly ImmutableArray<double> _grid;
    private readonly int _ensembles;                  // kinds of output-space ensembles
    private readonly bool _sharedEncoder, _hasEndPoints;
    private readonly ImageScorer _loading, _scoring;  // of one piece at a time
    private readonly PackedWeights _packed = new();   // of the mixture's encoder

    /// <summary>Prepares a sweep.</summary>
    /// <param name="architecture">A classifier of the architecture, on the device to compute on.</param>
    /// <param name="theta0">The weights at alpha 0; must stay alive.</param>
    /// <param name="theta1">The weights at alpha 1; must stay alive.</param>
    /// <param name="sets">The test sets.</param>
    /// <param name="spaces">How the classes of each are answered for; null where they are the model's.</param>
    /// <param name="options">What to evaluate.</param>
    public SweepRun(
        ImageClassifier architecture, Weights theta0, Weights theta1, IReadOnlyList<LabelledImages> sets,
        IReadOnlyList<LabelSpace?> spaces, AlphaSweepOptions options)
    {
        (_theta0, _theta1, _sets, _grid) = (theta0, theta1, sets, options.Alphas);
        _ensembles = options.OutputEnsembles ? Enum.GetValues<OutputEnsemble>().Length : 0;
        _hasEndPoints = _grid[0] == 0 && _grid[^1] == 1;
        _sharedEncoder = theta0.Where(t => t.Key.StartsWith(ImageClassifier.EncoderPrefix, StringComparison.Ordinal))
            .All(t => WeightSpace.AreEqual(t.Value, theta1[t.Key]));
        _mixture = architecture.WithWeights(theta0);
        _projections = [.. spaces.Select(space => space is null ? null : new LabelProjection(space, _mixture.Device))];
        // An encoder that is the same at every alpha is run on loading.
        ImageScorer encoder = new(_mixture.EncodeImage, _mixture.Device, options.Precision) { BatchSize = 1, Packed = _packed };
        _loading = _sharedEncoder ? encoder : new ImageScorer(pixels => pixels, CPU) { BatchSize = 1 };
        _scoring = _sharedEncoder ? new ImageScorer(features => features, _mixture.Device) { BatchSize = 1 } : encoder;
    }

    /// <summary>How many pieces are evaluated at once at most; as many as the memory allows by default.</summary>
    public int MostPiecesAtOnce { get; init => field = Check.AtLeast(value, 1); } = int.MaxValue;

    /// <summary>Evaluates pieces, as many at once as the memory for pixels allows.</summary>
    /// <param name="pieces">All of the sweep's, or some.</param>
    /// <param name="take">Gets what each piece gave.</param>
    /// <param name="progress">Is told how many images are evaluated, each counted once an alpha; null for nobody.</param>
    /// <param name="cancel">Stops between two pieces.</param>
    public void Evaluate(
        IReadOnlyList<SweepPiece> pieces, Action<SweepPart> take, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        long done = 0, total = pieces.Sum(p => (long)p.Count) * _grid.Length;
        foreach (SweepPiece[] chunk in pieces.Chunk(PiecesAtOnce()))
        {
            using var scope = NewDisposeScope();
            var loaded = new List<Loaded>(chunk.Length);
            _loading.Run(
                chunk, piece => Pixels(piece[0], cancel),
                (i, input) => loaded.Add(Begin(chunk[i], input.MoveToOuterDisposeScope())), null, cancel,
                (piece, row) => Name(piece, row));
            for (int a = 0; a < _grid.Length; a++)
            {
                int alpha = a;
                Interpolate(_grid[a]);
                _scoring.Run(loaded, one => one[0].Input, (i, features) =>
                {
                    Score(loaded[i], alpha, features);
                    progress?.Report(new WorkProgress(done += loaded[i].Piece.Count, total));
                }, null, cancel, (piece, row) => Name(piece.Piece, row, _grid[alpha]));
            }
            foreach (Loaded piece in loaded) take(piece.ToPart());
        }
    }

    public void Dispose()
    {
        _packed.Dispose();
        _mixture.Dispose();
        foreach (LabelProjection? projection in _projections) projection?.Dispose();
    }

    private void Interpolate(double alpha)
    {
        if (_sharedEncoder)
        {
            _mixture.InterpolateHeadFrom(_theta0, _theta1, alpha);
            return;
        }
        _packed.Dispose();
        _mixture.InterpolateFrom(_theta0, _theta1, alpha);
    }

    private int PiecesAtOnce()
    {
        int resolution = _mixture.Preprocessor.Resolution;
        long images = _sharedEncoder ? EncodedImages : PixelBudget / (12L * resolution * resolution);
        return (int)Math.Clamp(images / SweepPiece.MostImages, 1, MostPiecesAtOnce);
    }

    private Tensor Pixels(SweepPiece piece, CancellationToken cancel) =>
        _mixture.Preprocessor.Load([.. Enumerable.Range(piece.Start, piece.Count).Select(i => _sets[piece.Set].Images[i])], cancel);

    private string Name(SweepPiece piece, int row, double? alpha = null) =>
        _sets[piece.Set].Images[piece.Start + row].Name + (alpha is { } a ? FormattableString.Invariant($" at alpha {a}") : "");

    private Loaded Begin(SweepPiece piece, Tensor input) =>
        new(piece, input, [.. Enumerable.Range(0, _ensembles + 1).Select(_ => new Predictions[_grid.Length])]);

    private void Score(Loaded piece, int a, Tensor features)                             // (N, E)
    {
        Tensor logits = _mixture.Classify(features);                                     // (N, K)
        ImageScorer.RequireFinite(logits, row => Name(piece.Piece, row, _grid[a]));
        piece.Scores[0][a] = Read(piece, logits);
        if (!_hasEndPoints) return;
        if (a == 0) piece.Keep(logits, AlignedFeatures(piece, features));
        else if (a == _grid.Length - 1) Compare(piece, logits, features);
    }

    private Predictions Read(Loaded loaded, Tensor logits)
    {
        (int set, int start, int count) = loaded.Piece;
        return Predictions.Of(Projected(loaded, logits), Enumerable.Range(start, count).Select(i => _sets[set].Labels[i]));
    }

    /// <summary>Logits over the test set's own labels: the last step of any ensemble,
    /// which itself answers for the model's classes.</summary>
    private Tensor Projected(Loaded piece, Tensor logits) => _projections[piece.Piece.Set]?.Project(logits) ?? logits;

    private void Compare(Loaded piece, Tensor logits, Tensor features)
    {
        Tensor p = LogProbabilities(piece.Logits!), q = LogProbabilities(logits);        // (N, M)
        piece.Divergence = (p.exp() * (p - q)).sum().item<double>();
        piece.FineTunedFeatures = AlignedFeatures(piece, features);
        if (_ensembles == 0) return;
        Tensor zeroShot = piece.Logits!.log_softmax(-1), fineTuned = logits.log_softmax(-1); // (N, K)
        for (int a = 0; a < _grid.Length; a++)
        {
            using var scope = NewDisposeScope();
            using Scalar first = 1 - _grid[a], second = _grid[a], logFirst = Math.Log(1 - _grid[a]), logSecond = Math.Log(_grid[a]);
            piece.Scores[1 + (int)OutputEnsemble.Logits][a] = Read(piece, piece.Logits!.mul(first).add(logits.mul(second), Scalars.One));
            piece.Scores[1 + (int)OutputEnsemble.Probabilities][a] = Read(
                piece, zeroShot.add(logFirst, Scalars.One).logaddexp(fineTuned.add(logSecond, Scalars.One)));
        }

        Tensor LogProbabilities(Tensor values) => Projected(piece, values).log_softmax(-1).to(ScalarType.Float64);
    }

    private ImmutableArray<float> AlignedFeatures(Loaded piece, Tensor features) =>
        _sharedEncoder || piece.Piece.Start >= FeatureAlignment.MaximumCount ? [] : [.. features.cpu().data<float>()];

    /// <summary>A piece in memory: pixels, or features where the encoder is the same at every alpha; and what is known of it
    /// so far.</summary>
    /// <param name="piece">Which.</param>
    /// <param name="input">(N, …), of the chunk's dispose scope.</param>
    /// <param name="scores">Predictions by alpha: the mixture's first, then each output-space ensemble's.</param>
    private sealed class Loaded(SweepPiece piece, Tensor input, Predictions[][] scores)
    {
        public SweepPiece Piece => piece;

        public Tensor Input => input;

        public Predictions[][] Scores => scores;

        public double Divergence { get; set; }

        /// <summary>The zero-shot model's logits, until the fine-tuned model's are there.</summary>
        public Tensor? Logits { get; private set; }

        public ImmutableArray<float> ZeroShotFeatures { get; private set; } = [];

        public ImmutableArray<float> FineTunedFeatures { get; set; } = [];

        /// <summary>Keeps the zero-shot model's output, its logits in the chunk's dispose scope.</summary>
        public void Keep(Tensor logits, ImmutableArray<float> features) =>
            (Logits, ZeroShotFeatures) = (logits.MoveToOuterDisposeScope(), features);

        public SweepPart ToPart() => new()
        {
            Piece = piece,
            Predictions = [.. scores[0]],
            Ensembles = [.. scores.Skip(1).Select(byAlpha => byAlpha.ToImmutableArray())],
            Divergence = Divergence,
            ZeroShotFeatures = ZeroShotFeatures,
            FineTunedFeatures = FineTunedFeatures,
        };
    }
}
