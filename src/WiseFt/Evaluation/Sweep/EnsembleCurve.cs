using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>An output-space ensemble at every alpha of a sweep: both models run on each image, twice the cost of one.</summary>
/// <param name="Kind">What is averaged.</param>
/// <param name="Results">A row an alpha, ascending.</param>
/// <remarks>WiSE-FT (arXiv 2109.01903), section 4 and appendix C.3: the baseline that the weight-space ensemble is compared with. For a
/// fine-tuned linear classifier the ensemble of logits is the weight-space ensemble.</remarks>
public sealed record EnsembleCurve(OutputEnsemble Kind, ImmutableArray<AlphaResult> Results);
