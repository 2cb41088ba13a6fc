using System.Collections.Immutable;

namespace WiseFt;

/// <summary>An anchor frame and the frames around it that look the same to people.</summary>
/// <param name="Anchor">The frame whose accuracy is pm-0.</param>
/// <param name="Frames">The other frames that must be right as well for pm-k; may be empty.</param>
/// <remarks>
/// ImageNet-Vid-Robust and YTBB-Robust, Shankar et al. (arXiv 1906.02168): the reviewed frames within 10 of the anchor make pm-10.
/// </remarks>
public sealed record FrameGroup(LabelledFrame Anchor, ImmutableArray<LabelledFrame> Frames);
