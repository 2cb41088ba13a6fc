using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>Adds up what the pieces of a sweep gave, in whatever order they come, to a report that is the same bit for bit.</summary>
/// <param name="sets">The test sets, with their labels.</param>
/// <param name="options">What was evaluated.</param>
/// <remarks>Predictions only find their place. Sums, those of the divergence and of the features' products, depend on the order in
/// their last bits, so they are taken in the order of the images: a part that comes early waits for those before it. Parts carry the
/// features themselves, since the products of a piece are 50 times as large (of 512 features); each part's are forgotten once they are
/// added, so that parts in order need no memory for them.</remarks>
internal sealed class SweepTotals(ImmutableArray<EvaluatedSet> sets, AlphaSweepOptions options) : IDisposable
{
    private readonly SetTotals[] _totals = [.. sets.Select(set => new SetTotals(set))];

    /// <summary>Adds what a piece gave.</summary>
    /// <exception cref="ArgumentException">A piece that begins there is added already.</exception>
    public void Add(SweepPart part) => _totals[part.Piece.Set].Add(part);

    /// <summary>The report of all pieces.</summary>
    /// <param name="classNames">The model's classes.</param>
    /// <exception cref="InvalidOperationException">Some are missing.</exception>
    public RobustnessReport ToReport(IEnumerable<string> classNames)
    {
        ImmutableArray<SweepPart>[] parts = [.. _totals.Select(set => set.Parts())];
        OutputEnsemble[] kinds = options.OutputEnsembles ? Enum.GetValues<OutputEnsemble>() : [];
        bool hasEndPoints = options.Alphas[0] == 0 && options.Alphas[^1] == 1;
        return new RobustnessReport
        {
            Sets = sets,
            ClassNames = [.. classNames],
            Results = Rows(part => part.Predictions),
            Divergences = hasEndPoints ? [.. _totals.Select(set => set.Divergence())] : [],
            OutputEnsembles = [.. kinds.Select(kind => new EnsembleCurve(kind, Rows(part => part.Ensembles[(int)kind])))],
        };

        ImmutableArray<AlphaResult> Rows(Func<SweepPart, ImmutableArray<Predictions>> byAlpha) =>
            [.. options.Alphas.Select((alpha, a) => new AlphaResult(
                alpha, sets, [.. parts.Select(set => Predictions.Concat([.. set.Select(part => byAlpha(part)[a])]))]))];
    }

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        foreach (SetTotals set in _totals) set.Dispose();
    }

    /// <summary>The totals of one test set.</summary>
    private sealed class SetTotals(EvaluatedSet set) : IDisposable
    {
        private readonly SortedDictionary<int, SweepPart> _parts = []; // by the place of the first image
        private readonly FeatureAlignment _alignment = new();
        private double _divergence;
        private bool _hasFeatures;
        private int _added; // images whose sums are taken

        public void Add(SweepPart part)
        {
            if (!_parts.TryAdd(part.Piece.Start, part))
                throw new ArgumentException(
                    $"The piece of '{set.Name}' that begins at image {part.Piece.Start} is added already; expected each piece once.",
                    nameof(part));
            while (_parts.TryGetValue(_added, out SweepPart? next))
            {
                _divergence += next.Divergence;
                _hasFeatures |= !next.ZeroShotFeatures.IsEmpty;
                if (!next.ZeroShotFeatures.IsEmpty) _alignment.Add(next.ZeroShotFeatures, next.FineTunedFeatures, next.Piece.Count);
                _parts[_added] = next with { ZeroShotFeatures = [], FineTunedFeatures = [] };
                _added += next.Piece.Count;
            }
        }

        public ImmutableArray<SweepPart> Parts() => _added == set.Count ? [.. _parts.Values] : throw new InvalidOperationException(
            $"Of the {set.Count} images of '{set.Name}', those from {_added} on are not evaluated; " +
            "add every piece before asking for the report.");

        // Without features, the encoder is the same at both end points.
        public EndPointDivergence Divergence() => new(Math.Max(0, _divergence / set.Count), _hasFeatures ? _alignment.Complement() : 0);

        public void Dispose() => _alignment.Dispose();
    }
}
